import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListFreezesCommand extends QueueCommand {
  static override paths = [["list", "freezes"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the freezes that are in force: where, until when, by whom, and why",
  });

  environment = Option.String("--environment", { description: "Only this environment" });

  override async act({ queue }: Session): Promise<number> {
    const { freezeTable } = await import("../../tables/policyTables.js");
    const { emptyIsAbsent } = await import("../../queue/values.js");
    const environment = emptyIsAbsent(this.environment);
    if (environment !== undefined) {
      await queue.environments.get(environment);
    }
    const freezes = await queue.policies.freezes(environment);
    this.print(freezes.length === 0 ? "Nothing is frozen." : freezeTable(freezes), freezes);
    return 0;
  }
}
