import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { placeParts, requireParts } from "../../commandLine/placeParts.js";
import { cellName } from "../../text/describe.js";

export class CellRetireCommand extends PlacedCommand {
  static override paths = [["cell", "retire"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "Retire a cell: no deployment enters its line from now on",
    details: `
      The deployments in its line go on. \`list cells\` shows it no more; its history stays. \`cell add\` brings it back. Where roles are in
      use, only an operator may do this.
    `,
    examples: [["A cell that is gone", "deploy-queue cell retire --cell prod-aws-us-west-2-cell-3"]],
  });

  override readonly needed = placeParts;

  override async act({ queue, log }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const cell = await queue.environments.retireCell(place);
    log.info(`cell ${cellName(cell)} is retired`);
    this.printJson(cell);
    return 0;
  }
}
