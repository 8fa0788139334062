import { Command } from "clipanion";
import { QueueCommand, type Session } from "../queueCommand.js";

export class ListOutliersCommand extends QueueCommand {
  static override paths = [["list", "outliers"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the running deployments that take longer than usual",
    details: `
      Longer than the mean plus two standard deviations of the last 100 deployments of the same component in the same
      cell that finished within 3 months. Prints JSON, and writes it to the step output \`active-outliers\` in a GitHub
      workflow.
    `,
  });

  override async act({ queue }: Session): Promise<number> {
    const { formatDuration } = await import("../../output/durations.js");
    const { setGitHubOutput } = await import("../../output/githubOutput.js");
    const human = (seconds: number): string => formatDuration(seconds * 1000);
    const outliers = (await queue.outliers()).map((outlier) => ({
      id: outlier.id,
      env: outlier.environment,
      cloud_provider: outlier.cloud_provider,
      region: outlier.region,
      cell_index: outlier.cell_index,
      component: outlier.component,
      url: outlier.url,
      note: outlier.note,
      ...(outlier.version === null ? {} : { version: outlier.version }),
      current_duration: human(outlier.current_duration),
      avg_duration: human(outlier.avg_duration),
      stddev_duration: human(outlier.stddev_duration),
    }));
    await setGitHubOutput("active-outliers", JSON.stringify(outliers));
    this.context.stdout.write(`${JSON.stringify(outliers, null, 2)}\n`);
    return 0;
  }
}
