import { Command } from "clipanion";
import { setGitHubOutput } from "../../commandLine/githubOutput.js";
import type { Session } from "../../commandLine/openSession.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { requireParts } from "../../commandLine/placeParts.js";
import { isAbout } from "../../queue/calls/placeStatus.js";
import { cellsText, matrixEntry } from "../../text/describe.js";

export class ListCellsCommand extends PlacedCommand {
  static override paths = [["list", "cells"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the cells of an environment, or of a provider or region of it",
    details: `
      These are the cells that were deployed to or added with \`cell add\`, and not retired.

      In a GitHub workflow it also writes them, as JSON, to the step output \`cells\`.
    `,
    examples: [
      ["Cells of prod", "deploy-queue list cells --environment prod"],
      ["Of one region", "deploy-queue list cells --environment prod --provider aws --region us-west-2"],
    ],
  });

  override readonly needed = ["environment"] as const;

  override async act({ queue }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    requireParts(place, this.needed);
    const cells = (await queue.boards.cells(place.environment)).filter(({ index, ...cell }) =>
      isAbout({ ...cell, cell_index: index }, place),
    );
    this.print(cellsText(place.environment, cells), cells);
    await setGitHubOutput("cells", JSON.stringify(cells.map(matrixEntry)));
    return 0;
  }
}
