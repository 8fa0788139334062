import { Command } from "clipanion";
import { BulkCancel } from "../../commandLine/bulkCancel.js";
import type { Session } from "../../commandLine/openSession.js";
import { requireVersion } from "../../commandLine/requireVersion.js";
import { requiredName } from "../../commandLine/values.js";

export class CancelVersionCommand extends BulkCancel {
  static override paths = [["cancel", "version"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a version, in all cells",
    details: `
      Shows what it will cancel, and asks on a terminal. In a script, \`--yes\` is needed when that is more than one deployment.
      \`--environment\` or another part of a place leaves the other cells alone. A version that no deployment has had is exit code 3.

      What runs and is kept is asked to stop; \`--force\` frees its cell at once, and \`--queued-only\` leaves it alone. \`cancel deployment --help\` says more.
    `,
    examples: [
      ["Pull a release back", "deploy-queue cancel version --component api --version v1.2.3"],
      ["In prod alone, in a script", "deploy-queue cancel version -c api -v v1.2.3 -e prod --yes"],
    ],
  });

  component = requiredName("-c,--component", "What is deployed");
  version = requiredName("-v,--version", "Which version of it");

  override async act(session: Session): Promise<number> {
    const { queue } = session;
    const { component, version, cancellationNote: note } = this;
    const place = await this.whereabouts(queue);
    await this.cancelAll(
      session,
      { component, version, ...place },
      (how) => queue.cancelVersion(component, version, note, place, how),
      () => requireVersion(queue, component, version),
    );
    return 0;
  }
}
