import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { cancelledText } from "../../text/describe.js";

export class CancelLocationCommand extends QueueCommand {
  static override paths = [["cancel", "location"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a region, or of one cell of it",
    examples: [
      [
        "Clear a region in an outage",
        'deploy-queue cancel location --environment prod --provider aws --region us-west-2 --cancellation-note "regional outage"',
      ],
    ],
  });

  environment = options.environment();
  provider = options.provider();
  region = options.region();
  cellIndex = options.cellOfRegion();
  cancellationNote = options.cancellationNote();

  override async act({ queue }: Session): Promise<number> {
    const cancelled = await queue.cancelLocation(
      {
        environment: this.environment,
        cloudProvider: this.provider,
        region: this.region,
        cellIndex: this.cellIndex,
      },
      this.cancellationNote,
    );
    this.print(cancelledText(cancelled), cancelled);
    return 0;
  }
}
