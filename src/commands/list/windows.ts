import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListWindowsCommand extends QueueCommand {
  static override paths = [["list", "windows"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the maintenance windows, and when each is open",
  });

  environment = Option.String("--environment", { description: "Only this environment" });

  override async act({ queue }: Session): Promise<number> {
    const { windowTable } = await import("../../tables/policyTables.js");
    const { emptyIsAbsent } = await import("../../queue/values.js");
    const environment = emptyIsAbsent(this.environment);
    if (environment !== undefined) {
      await queue.environments.get(environment);
    }
    const windows = await queue.policies.windows(environment);
    this.print(
      windows.length === 0 ? "There is no maintenance window: deployments start at all times." : windowTable(windows),
      windows,
    );
    return 0;
  }
}
