import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class ListQueueCommand extends QueueCommand {
  static override paths = [["list", "queue"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List everybody who waits: where, for whom, and when it will likely be their turn",
    examples: [["Who waits in prod", "deploy-queue list queue --environment prod"]],
  });

  environment = Option.String("--environment", { description: "Only this environment" });

  override async act({ queue }: Session): Promise<number> {
    const { queueTable } = await import("../../tables/queueTable.js");
    const { emptyIsAbsent } = await import("../../queue/values.js");
    const queued = await queue.line.queued(emptyIsAbsent(this.environment));
    this.print(queued.length === 0 ? "Nobody waits." : queueTable(queued), queued);
    return 0;
  }
}
