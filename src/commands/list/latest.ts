import { Command } from "clipanion";
import { DeploymentListCommand } from "../../commandLine/deploymentListCommand.js";
import type { LatestDeployment } from "../../queue/calls/boards.js";
import type { DeploymentStatus } from "../../queue/deployment.js";
import type { Queue } from "../../queue/queue.js";
import { latestTable } from "../../tables/deploymentTable.js";

export class ListLatestCommand extends DeploymentListCommand<LatestDeployment> {
  static override paths = [["list", "latest"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the newest version of each component in its environment, and how far it is in each cell",
    details:
      "Its status is pending where the cell has not seen that version yet; the version there is an older one then.",
    examples: [
      ["Where is the newest api not deployed yet", "deploy-queue list latest -e prod -c api --status pending"],
    ],
  });

  override readonly nothing = "No deployment with a version is there.";

  override all(queue: Queue, environment: string | undefined): Promise<LatestDeployment[]> {
    return queue.boards.latest(environment);
  }

  override statusOf(row: LatestDeployment): DeploymentStatus | "pending" {
    return row.component_status;
  }

  override table(rows: readonly LatestDeployment[]): string {
    return latestTable(rows);
  }
}
