import { Command } from "clipanion";
import { DeploymentListCommand } from "../../commandLine/deploymentListCommand.js";
import type { DeploymentStatus } from "../../queue/deployment.js";
import type { QueuedDeployment } from "../../queue/forecast.js";
import type { Queue } from "../../queue/queue.js";
import { queueTable } from "../../tables/queueTable.js";

export class ListQueueCommand extends DeploymentListCommand<QueuedDeployment> {
  static override paths = [["list", "queue"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the deployments that wait: where, for which others, and when they will likely start",
    examples: [["What waits in prod", "deploy-queue list queue --environment prod"]],
  });

  override readonly nothing = "No deployment waits.";

  override all(queue: Queue, environment: string | undefined): Promise<QueuedDeployment[]> {
    return queue.line.queued(environment);
  }

  override statusOf(row: QueuedDeployment): DeploymentStatus {
    return row.hold === null ? "queued" : "held";
  }

  override table(rows: readonly QueuedDeployment[]): string {
    return queueTable(rows);
  }
}
