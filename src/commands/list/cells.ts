import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListCellsCommand extends QueueCommand {
  static override paths = [["list", "cells"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the cells that an environment has had deployments to",
    details: "Also written, as JSON, to the step output `cells` in a GitHub workflow.",
    examples: [["Cells of prod", "deploy-queue list cells --environment prod"]],
  });

  environment = deploymentOptions.environment();

  override async act({ queue }: Session): Promise<number> {
    const { cellsText } = await import("../../text/describe.js");
    const { setGitHubOutput } = await import("../../commandLine/githubOutput.js");
    const cells = await queue.boards.cells(this.environment);
    this.print(cellsText(this.environment, cells), cells);
    await setGitHubOutput("cells", JSON.stringify(cells));
    return 0;
  }
}
