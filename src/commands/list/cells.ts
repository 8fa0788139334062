import { Command } from "clipanion";
import { setGitHubOutput } from "../../commandLine/githubOutput.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { cellsText, matrixEntry } from "../../text/describe.js";

export class ListCellsCommand extends QueueCommand {
  static override paths = [["list", "cells"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the cells of an environment",
    details: `
      These are the cells that were deployed to or added with \`cell add\`, and not retired.

      In a GitHub workflow it also writes them, as JSON, to the step output \`cells\`.
    `,
    examples: [["Cells of prod", "deploy-queue list cells --environment prod"]],
  });

  environment = options.requiredEnvironment();

  override async act({ queue }: Session): Promise<number> {
    const cells = await queue.boards.cells(this.environment);
    this.print(cellsText(this.environment, cells), cells);
    await setGitHubOutput("cells", JSON.stringify(cells.map(matrixEntry)));
    return 0;
  }
}
