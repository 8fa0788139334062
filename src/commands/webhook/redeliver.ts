import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, optionalValue } from "../../commandLine/values.js";
import { parseDeploymentId } from "../../text/numbers.js";

export class WebhookRedeliverCommand extends QueueCommand {
  static override paths = [["webhook", "redeliver"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Send messages of a webhook anew",
    details: `
      Without \`--message\` those that were given up, after a day of attempts; and what waits for its next attempt is sent at once. A message has
      the same webhook-id as before.
    `,
    examples: [
      ["The receiver is back", "deploy-queue webhook redeliver board"],
      ["One message again, whatever has become of it", "deploy-queue webhook redeliver board --message 17"],
    ],
  });

  name = argument("name", (text) => text.trim());
  message = optionalValue("--message", "The number of one message, as webhook list shows it", (text) =>
    Number(parseDeploymentId(text)),
  );

  override async act({ queue, log }: Session): Promise<number> {
    const count = await queue.webhooks.redeliver(this.name, this.message);
    log.info(`${count} messages are sent anew, and what waits is sent at once`);
    this.printJson({ name: this.name, messages: count });
    return 0;
  }
}
