import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { UnknownNameError } from "../../queue/errors.js";
import { deliveryTable, webhookTable } from "../../tables/webhookTables.js";

export class WebhookListCommand extends QueueCommand {
  static override paths = [["webhook", "list"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "List the webhooks and what was not delivered, or the last messages of one",
    examples: [["What has become of the messages of board", "deploy-queue webhook list board"]],
  });

  name = Option.String({ name: "name", required: false });

  override async act({ queue }: Session): Promise<number> {
    if (this.name === undefined) {
      const webhooks = await queue.webhooks.list();
      this.print(webhookTable(webhooks), webhooks);
    } else {
      const deliveries = await queue.webhooks.deliveries(this.name.trim());
      if (deliveries.length === 0 && !(await queue.webhooks.list()).some(({ name }) => name === this.name?.trim())) {
        throw new UnknownNameError(`there is no webhook '${this.name.trim()}'`, {
          hint: "deploy_queue.known_webhooks lists them.",
        });
      }
      this.print(deliveryTable(deliveries), deliveries);
    }
    return 0;
  }
}
