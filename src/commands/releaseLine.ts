import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { PlacedCommand } from "../commandLine/placedCommand.js";
import { placeParts, requireParts } from "../commandLine/placeParts.js";
import { optionalText } from "../commandLine/values.js";
import { locationName } from "../text/describe.js";

export class ReleaseLineCommand extends PlacedCommand {
  static override paths = [["release-line"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Let the line of a cell go on that was stopped, by hand or after a failure",
    details: `
      Wakes exactly the waiters that may start now. \`status\` shows the lines that are stopped, and why. Where roles are in use, only an
      operator may do this.
    `,
    examples: [["It works again", "deploy-queue release-line --cell prod-aws-us-west-2-cell-1"]],
  });

  override readonly needed = placeParts;
  reason = optionalText("--reason", "What was found; the events of the cell keep it");

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    await queue.policies.releaseLine(place, this.reason);
    if (!wasTold()) {
      log.info(`the line of ${locationName(place)} goes on`);
    }
    return 0;
  }
}
