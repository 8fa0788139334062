import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListStagedCommand extends QueueCommand {
  static override paths = [["list", "staged"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the deployments that are on hold, and what their release does",
  });

  environment = Option.String("--environment", { description: "Only this environment" });

  override async act({ queue }: Session): Promise<number> {
    const { stagedTable } = await import("../../tables/stagedTable.js");
    const { emptyIsAbsent } = await import("../../queue/values.js");
    const environment = emptyIsAbsent(this.environment);
    if (environment !== undefined) {
      await queue.environments.get(environment);
    }
    const staged = await queue.holds.staged({ environment });
    this.print(staged.length === 0 ? "Nothing is on hold." : stagedTable(staged), staged);
    return 0;
  }
}
