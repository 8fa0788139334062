import { Command } from "clipanion";
import { DeploymentListCommand } from "../../commandLine/deploymentListCommand.js";
import type { RunningDeployment } from "../../queue/calls/boards.js";
import type { DeploymentId, DeploymentStatus } from "../../queue/deployment.js";
import type { Queue } from "../../queue/queue.js";
import { runningTable } from "../../tables/runningTable.js";

export class ListRunningCommand extends DeploymentListCommand<RunningDeployment> {
  static override paths = [["list", "running"]];

  static override usage = Command.Usage({
    category: "List",
    description:
      "List the deployments that run: where, since when, how long that usually takes, and their last heartbeats",
    details: `
      An outlier takes longer than the mean plus two standard deviations, as in \`deploy-queue list outliers\`. With
      \`--json\`, durations are in seconds.
    `,
    examples: [["What runs in prod", "deploy-queue list running --environment prod"]],
  });

  override readonly nothing = "No deployment runs.";

  #logged: ReadonlySet<DeploymentId> = new Set();

  override async all(queue: Queue, environment: string | undefined): Promise<RunningDeployment[]> {
    const rows = await queue.boards.running(environment);
    this.#logged = await queue.logs.logged(rows.map(({ deployment_id }) => deployment_id));
    return rows;
  }

  override statusOf(row: RunningDeployment): DeploymentStatus {
    return row.status;
  }

  override table(rows: readonly RunningDeployment[]): string {
    return runningTable(rows, this.#logged);
  }
}
