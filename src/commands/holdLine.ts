import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { PlacedCommand } from "../commandLine/placedCommand.js";
import { placeParts, requireParts } from "../commandLine/placeParts.js";
import { requiredText, valueOption } from "../commandLine/values.js";
import { locationName } from "../text/describe.js";
import { parseDeploymentId } from "../text/numbers.js";

export class HoldLineCommand extends PlacedCommand {
  static override paths = [["hold-line"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Stop the line of a cell: only a rollback starts there until release-line",
    details: `
      What runs there goes on. \`release-line\` lets the line go on. With \`--failed\`, what was entered with \`--rollback-of\` that deployment
      starts, before all others that wait. \`environment set --hold-line-after-failure\` does the same after each failure. To stop more than
      one cell, or to let others pass, \`freeze\`. Where roles are in use, only an operator may do this.
    `,
    examples: [
      [
        "The last deployment has left the cell broken",
        'deploy-queue hold-line --cell prod-aws-us-west-2-cell-1 --failed 42 --reason "half of the hosts answer 500"',
      ],
    ],
  });

  override readonly needed = placeParts;
  reason = requiredText("--reason", "Why, for the people who wait");
  failed = valueOption("--failed", "The deployment because of which the line stops: its rollback may start", (text) =>
    parseDeploymentId(text),
  );

  override async act({ queue, log }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const name = locationName(place);
    await queue.policies.holdLine(place, this.reason, this.failed);
    log.info(`nothing starts in ${name} until its line is released: deploy-queue release-line --cell ${name}`);
    return 0;
  }
}
