import { Command } from "clipanion";
import { ListCommand } from "../../commandLine/listCommand.js";
import type { QueuedDeployment } from "../../queue/forecast.js";
import type { Queue } from "../../queue/queue.js";
import { queueTable } from "../../tables/queueTable.js";

export class ListQueueCommand extends ListCommand<QueuedDeployment> {
  static override paths = [["list", "queue"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the deployments that wait: where, for which others, and when they will likely start",
    examples: [["What waits in prod", "deploy-queue list queue --environment prod"]],
  });

  override readonly nothing = "No deployment waits.";

  override rows(queue: Queue, environment: string | undefined): Promise<QueuedDeployment[]> {
    return queue.line.queued(environment);
  }

  override table(rows: readonly QueuedDeployment[]): string {
    return queueTable(rows);
  }
}
