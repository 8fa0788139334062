import { Command } from "clipanion";
import { DeploymentListCommand } from "../../commandLine/deploymentListCommand.js";
import type { StagedDeployment } from "../../queue/calls/holds.js";
import type { DeploymentStatus } from "../../queue/deployment.js";
import type { Queue } from "../../queue/queue.js";
import { stagedTable } from "../../tables/stagedTable.js";

export class ListStagedCommand extends DeploymentListCommand<StagedDeployment> {
  static override paths = [["list", "staged"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the deployments that are on hold, and what their release does",
  });

  override readonly nothing = "Nothing is on hold.";

  override all(queue: Queue, environment: string | undefined): Promise<StagedDeployment[]> {
    return queue.holds.staged({ environment });
  }

  override statusOf(): DeploymentStatus {
    return "held";
  }

  override table(rows: readonly StagedDeployment[]): string {
    return stagedTable(rows);
  }
}
