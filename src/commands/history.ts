import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../commandLine/values.js";
import { historyTable } from "../tables/historyTable.js";

export class HistoryCommand extends QueueCommand {
  static override paths = [["history"]];

  static override usage = Command.Usage({
    description: "Show what happened to one deployment: when, by whom, from where and why",
    details: `
      One line an event, in order. A deployment that had to wait was \`refused\` once, when it first asked for its turn, and
      \`woken\` when its turn came.
    `,
    examples: [["What happened to deployment 42", "deploy-queue history 42"]],
  });

  deploymentId = deploymentIdArgument();

  override async act({ queue }: Session): Promise<number> {
    const events = await queue.history.of(this.deploymentId);
    this.print(historyTable(events), events);
    return 0;
  }
}
