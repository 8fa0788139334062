import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { requiredOption } from "../../commandLine/requiredOption.js";
import { emptyIsAbsent } from "../../queue/values.js";

export class CancelVersionCommand extends QueueCommand {
  static override paths = [["cancel", "version"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a version, in all cells",
    examples: [["Pull a release back", "deploy-queue cancel version --component api --version v1.2.3"]],
  });

  component = deploymentOptions.component();
  version = requiredOption("--version", "Which version of it");
  cancellationNote = deploymentOptions.cancellationNote();

  override async act({ queue }: Session): Promise<number> {
    const { cancelledText } = await import("../../text/describe.js");
    const cancelled = await queue.cancelVersion(this.component, this.version, emptyIsAbsent(this.cancellationNote));
    this.print(cancelledText(cancelled), cancelled);
    return 0;
  }
}
