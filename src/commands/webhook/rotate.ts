import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, valueOr } from "../../commandLine/values.js";
import { parseDuration } from "../../text/durations.js";

export class WebhookRotateCommand extends QueueCommand {
  static override paths = [["webhook", "rotate"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Give a webhook another secret",
    details: `
      The last line of stdout is the new secret, which is shown this one time. For a while the old one signs as well, so that the receiver can
      change over in between.
    `,
    examples: [["Another secret, with two hours to change over", "deploy-queue webhook rotate board --overlap 2h"]],
  });

  name = argument("name", (text) => text.trim());
  overlap = valueOr("--overlap", "1d", "How long the old secret signs as well; 1d by default", parseDuration);

  override async act({ queue, log }: Session): Promise<number> {
    const webhook = await queue.webhooks.rotate(this.name, this.overlap / 1000);
    const old =
      this.overlap === 0
        ? "the old one signs no more"
        : `the old one signs until ${webhook.old_secret_until.toISOString()}`;
    log.info(`webhook ${webhook.webhook_name} has another secret, which is shown this one time; ${old}`);
    this.print(webhook.secret, webhook);
    return 0;
  }
}
