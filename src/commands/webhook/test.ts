import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, valueOr } from "../../commandLine/values.js";
import type { WebhookDelivery } from "../../queue/calls/webhooks.js";
import { RefusedError, WaitTimeoutError } from "../../queue/errors.js";
import { pause } from "../../queue/pause.js";
import { parseDuration } from "../../text/durations.js";

/** How often to look whether a worker has sent it, in milliseconds. */
const lookInterval = 250;

export class WebhookTestCommand extends QueueCommand {
  static override paths = [["webhook", "test"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Send a message that tells of nothing, and say what its receiver has answered",
    details: `
      A worker sends it. Exit code 4: the receiver has not taken it; 6: no worker has sent it in time.
    `,
    examples: [["Whether board can be reached", "deploy-queue webhook test board"]],
  });

  name = argument("name", (text) => text.trim());
  waitTimeout = valueOr("--wait-timeout", "30s", "Give up waiting after this long; 30s by default", parseDuration);

  override async act({ queue, log }: Session): Promise<number> {
    const id = await queue.webhooks.test(this.name);
    const deadline = performance.now() + this.waitTimeout;
    for (;;) {
      const delivery = await queue.webhooks.delivery(id);
      if (delivery?.state === "delivered") {
        log.info(`webhook ${this.name} has taken the message (status ${delivery.http_status})`);
        this.printJson(delivery);
        return 0;
      }
      if (delivery?.problem) {
        throw new RefusedError(`webhook ${this.name} has not taken the message: ${delivery.problem}`);
      }
      if (performance.now() >= deadline) {
        throw new WaitTimeoutError(unsent(delivery), { hint: "deploy-queue doctor says whether a worker runs." });
      }
      await pause(lookInterval);
    }
  }
}

function unsent(delivery: WebhookDelivery | undefined): string {
  return delivery?.attempts ? "the receiver has not answered yet" : "no worker has sent the message";
}
