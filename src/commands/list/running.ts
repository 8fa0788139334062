import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListRunningCommand extends QueueCommand {
  static override paths = [["list", "running"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List everybody who runs: where, since when, how long that usually takes, and their last heartbeats",
    details: `
      An outlier takes longer than the mean plus two standard deviations, as in \`deploy-queue list outliers\`. With
      \`--json\`, durations are in seconds.
    `,
    examples: [["Who runs in prod", "deploy-queue list running --environment prod"]],
  });

  environment = Option.String("--environment", { description: "Only this environment" });

  override async act({ queue }: Session): Promise<number> {
    const { runningTable } = await import("../../tables/runningTable.js");
    const { emptyIsAbsent } = await import("../../queue/values.js");
    const running = await queue.boards.running(emptyIsAbsent(this.environment));
    this.print(running.length === 0 ? "Nobody runs." : runningTable(running), running);
    return 0;
  }
}
