import { Command } from "clipanion";
import { cancelEach } from "../../commandLine/cancelEach.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { requiredName } from "../../commandLine/values.js";
import { cancelledEachText } from "../../text/cancellation.js";

export class CancelVersionCommand extends QueueCommand {
  static override paths = [["cancel", "version"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a version, in all cells",
    details:
      "What runs and is kept is asked to stop; `--force` frees its cell at once. `cancel deployment --help` says more.",
    examples: [["Pull a release back", "deploy-queue cancel version --component api --version v1.2.3"]],
  });

  component = requiredName("-c,--component", "What is deployed");
  version = requiredName("-v,--version", "Which version of it");
  cancellationNote = options.cancellationNote();
  force = options.force();
  yes = options.yes();

  override async act({ queue }: Session): Promise<number> {
    const { component, version, cancellationNote: note } = this;
    const cancelled = await cancelEach(queue, this, {
      isMeant: (running) => running.component === component && running.version === version,
      cancel: () => queue.cancelVersion(component, version, note),
    });
    this.print(cancelledEachText(cancelled), cancelled);
    return 0;
  }
}
