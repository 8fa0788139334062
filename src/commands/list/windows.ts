import { Command } from "clipanion";
import { ListCommand } from "../../commandLine/listCommand.js";
import type { MaintenanceWindow } from "../../queue/calls/policies.js";
import type { Queue } from "../../queue/queue.js";
import { windowTable } from "../../tables/policyTables.js";

export class ListWindowsCommand extends ListCommand<MaintenanceWindow> {
  static override paths = [["list", "windows"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the maintenance windows, and when each is open",
  });

  override readonly nothing = "There is no maintenance window: deployments start at all times.";

  override rows(queue: Queue, environment: string | undefined): Promise<MaintenanceWindow[]> {
    return queue.policies.windows(environment);
  }

  override table(rows: readonly MaintenanceWindow[]): string {
    return windowTable(rows);
  }
}
