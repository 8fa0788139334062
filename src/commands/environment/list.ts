import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { environmentTable } from "../../tables/environmentTable.js";

export class EnvironmentListCommand extends QueueCommand {
  static override paths = [["environment", "list"]];

  static override usage = Command.Usage({
    category: "Environment",
    description: "List the environments and their policies",
    details: "With --json, durations are in seconds.",
  });

  override async act({ queue }: Session): Promise<number> {
    const environments = await queue.environments.list();
    this.print(environmentTable(environments), environments);
    return 0;
  }
}
