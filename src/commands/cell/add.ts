import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { placeParts, requireParts } from "../../commandLine/placeParts.js";
import { cellName } from "../../text/describe.js";

export class CellAddCommand extends PlacedCommand {
  static override paths = [["cell", "add"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Add a cell to an environment, or bring a retired one back",
    details: `
      An environment whose cells are closed takes deployments to the cells in \`list cells\` alone. Where they are open, the first
      deployment to a cell adds it. Where roles are in use, only an operator may do this.
    `,
    examples: [
      ["A new cell", "deploy-queue cell add -e prod -p aws -r us-west-2 -i 3"],
      ["A retired one", "deploy-queue cell add --cell prod-aws-us-west-2-cell-3"],
    ],
  });

  override readonly needed = placeParts;

  override async act({ queue, log }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const cell = await queue.environments.addCell(place);
    log.info(`cell ${cellName(cell)} is added`);
    this.printJson(cell);
    return 0;
  }
}
