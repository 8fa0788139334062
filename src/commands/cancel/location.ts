import { Command } from "clipanion";
import { BulkCancel } from "../../commandLine/bulkCancel.js";
import type { Session } from "../../commandLine/openSession.js";
import { requireParts } from "../../commandLine/placeParts.js";

export class CancelLocationCommand extends BulkCancel {
  static override paths = [["cancel", "location"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a region, or of one cell of it",
    details: `
      Shows what it will cancel, and asks on a terminal. In a script, \`--yes\` is needed when that is more than one deployment. A
      place without any cell is exit code 3.

      What runs and is kept is asked to stop; \`--force\` frees its cell at once, and \`--queued-only\` leaves it alone. \`cancel deployment --help\` says more.
    `,
    examples: [
      [
        "Clear a region in an outage, in a script",
        'deploy-queue cancel location --environment prod --provider aws --region us-west-2 --cancellation-note "regional outage" --yes',
      ],
      ["Look first, at one cell", "deploy-queue cancel location --cell prod-aws-us-west-2-cell-1 --dry-run"],
    ],
  });

  override readonly needed = ["environment", "cloudProvider", "region"] as const;

  override async act(session: Session): Promise<number> {
    const { queue } = session;
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    await this.cancelAll(session, place, (how) => queue.cancelLocation(place, this.cancellationNote, how));
    return 0;
  }
}
