import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { emptyIsAbsent, parseCellIndex } from "../../queue/values.js";

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

  environment = deploymentOptions.environment();
  provider = deploymentOptions.provider();
  region = deploymentOptions.region();
  cellIndex = Option.String("--cell-index", { description: "Only this cell of the region" });
  cancellationNote = deploymentOptions.cancellationNote();

  override async act({ queue }: Session): Promise<number> {
    const { cancelledText } = await import("../../text/describe.js");
    const cancelled = await queue.cancelLocation(
      {
        environment: this.environment,
        cloudProvider: this.provider,
        region: this.region,
        // An unset variable in a script must not widen a cell to its region.
        cellIndex: this.cellIndex === undefined ? undefined : parseCellIndex(this.cellIndex, "--cell-index"),
      },
      emptyIsAbsent(this.cancellationNote),
    );
    this.print(cancelledText(cancelled), cancelled);
    return 0;
  }
}
