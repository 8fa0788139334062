import { Command } from "clipanion";
import { ListCommand } from "../../commandLine/listCommand.js";
import type { KnownTarget } from "../../queue/calls/work.js";
import type { Queue } from "../../queue/queue.js";
import { targetTable } from "../../tables/targetTable.js";

export class ListTargetsCommand extends ListCommand<KnownTarget> {
  static override paths = [["list", "targets"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the targets of agents: where the commands of `submit` run, and when an agent was last there",
  });

  override readonly nothing = "No agent serves a target.";

  override rows(queue: Queue, environment: string | undefined): Promise<KnownTarget[]> {
    return queue.work.targets(environment);
  }

  override table(rows: readonly KnownTarget[]): string {
    return targetTable(rows);
  }
}
