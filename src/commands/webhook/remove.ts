import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";

export class WebhookRemoveCommand extends QueueCommand {
  static override paths = [["webhook", "remove"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Remove a webhook: its receiver is told of nothing from now on, nor of what waits",
    examples: [["End the webhook board", "deploy-queue webhook remove board"]],
  });

  name = argument("name", (text) => text.trim());

  override async act({ queue, log }: Session): Promise<number> {
    const webhook = await queue.webhooks.remove(this.name);
    log.info(`webhook ${webhook.name} is removed, with ${webhook.pending_count} messages that were not delivered`);
    this.printJson(webhook);
    return 0;
  }
}
