import { Command } from "clipanion";
import { ListCommand } from "../../commandLine/listCommand.js";
import type { Freeze } from "../../queue/calls/policies.js";
import type { Queue } from "../../queue/queue.js";
import { freezeTable } from "../../tables/policyTables.js";

export class ListFreezesCommand extends ListCommand<Freeze> {
  static override paths = [["list", "freezes"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the freezes that are in force: where, until when, by which role, and why",
  });

  override readonly nothing = "Nothing is frozen.";

  override rows(queue: Queue, environment: string | undefined): Promise<Freeze[]> {
    return queue.policies.freezes(environment);
  }

  override table(rows: readonly Freeze[]): string {
    return freezeTable(rows);
  }
}
