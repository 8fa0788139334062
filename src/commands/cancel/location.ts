import { Command } from "clipanion";
import { cancelEach } from "../../commandLine/cancelEach.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { requireParts } from "../../commandLine/placeParts.js";
import { cancelledEachText } from "../../text/cancellation.js";

export class CancelLocationCommand extends PlacedCommand {
  static override paths = [["cancel", "location"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel every queued or running deployment of a region, or of one cell of it",
    details:
      "What runs and is kept is asked to stop; `--force` frees its cell at once. `cancel deployment --help` says more.",
    examples: [
      [
        "Clear a region in an outage",
        'deploy-queue cancel location --environment prod --provider aws --region us-west-2 --cancellation-note "regional outage"',
      ],
    ],
  });

  override readonly needed = ["environment", "cloudProvider", "region"] as const;
  cancellationNote = options.cancellationNote();
  force = options.force();
  yes = options.yes();

  override async act({ queue }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const { environment, cloudProvider, region, cellIndex } = place;
    const { cancellationNote: note } = this;
    const cancelled = await cancelEach(queue, this, {
      isMeant: (running) =>
        running.environment === environment &&
        running.cloud_provider === cloudProvider &&
        running.region === region &&
        (cellIndex === undefined || running.cell_index === cellIndex),
      cancel: () => queue.cancelLocation({ environment, cloudProvider, region, cellIndex }, note),
    });
    this.print(cancelledEachText(cancelled), cancelled);
    return 0;
  }
}
