import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { requiredText } from "../../commandLine/values.js";
import { cancelledText } from "../../text/describe.js";

export class CancelVersionCommand extends QueueCommand {
  static override paths = [["cancel", "version"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a version, in all cells",
    examples: [["Pull a release back", "deploy-queue cancel version --component api --version v1.2.3"]],
  });

  component = options.component();
  version = requiredText("--version", "Which version of it");
  cancellationNote = options.cancellationNote();

  override async act({ queue }: Session): Promise<number> {
    const cancelled = await queue.cancelVersion(this.component, this.version, this.cancellationNote);
    this.print(cancelledText(cancelled), cancelled);
    return 0;
  }
}
