import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { placeParts, requireParts } from "../../commandLine/placeParts.js";
import { none, numberOrNone } from "../../commandLine/policyValues.js";
import { requiredValue } from "../../commandLine/values.js";
import { cellName } from "../../text/describe.js";

export class CellSetCommand extends PlacedCommand {
  static override paths = [["cell", "set"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Say how many deployments may run in a cell at once",
    details: `
      Deployments with a common concurrency key share one slot. A smaller number stops nothing that runs: fewer start from then on.
      \`none\` is as many as \`environment set --slots\` says. Where roles are in use, only an operator may do this.
    `,
    examples: [["Three at once", "deploy-queue cell set --cell prod-aws-us-west-2-cell-3 --slots 3"]],
  });

  override readonly needed = placeParts;
  slots = requiredValue("--slots", "How many, or none for what the environment says", numberOrNone);

  override async act({ queue, log }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const cell = await queue.environments.setCell(place, this.slots === none ? null : this.slots);
    const slots = cell.slots === null ? "as many slots as its environment says" : `slots: ${cell.slots}`;
    log.info(`cell ${cellName(cell)} has ${slots}`);
    this.printJson(cell);
    return 0;
  }
}
