import { reasonOf } from "../../database/reasons.js";
import type { WebhookMessage } from "../../queue/calls/webhooks.js";
import { webhooksChannel } from "../../queue/channels.js";
import { DatabaseUnavailableError, RefusedError } from "../../queue/errors.js";
import { catchWakeUps, pause } from "../../queue/pause.js";
import type { Queue } from "../../queue/queue.js";
import { explainDenial, isDenied } from "../denial.js";
import type { TaskContext } from "../task.js";
import { deliver } from "./deliver.js";

/** How often to look for what is due, in milliseconds: retries, and what a lost notification or another worker has left. */
const lookInterval = 5_000;

/** How long to leave it alone where the role of the worker may not deliver, in milliseconds. */
const denialInterval = 60_000;

/** Delivers what webhooks are to be told, as soon as it is written, until the signal is aborted. Outlasts a database that is away. */
export async function deliverWebhooks(context: TaskContext): Promise<void> {
  const { queue, log, signal } = context;
  const wakeUps = catchWakeUps(queue.source, webhooksChannel);
  const sending = new Set<Promise<void>>();
  try {
    while (!signal.aborted) {
      try {
        await queue.source.listen(webhooksChannel);
        await sendDue(context, sending, wakeUps.wake);
        await wakeUps.sleep(lookInterval, signal);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError)) {
          log.error(`webhooks are not delivered: ${await problemOf(error, context)}`);
        }
        await pause(isDenied(error) ? denialInterval : lookInterval, signal);
      }
    }
    await Promise.all(sending);
  } finally {
    wakeUps.stop();
  }
}

/** How long deliverDue goes on at most, in milliseconds. */
const longestRun = 50_000;

/** Delivers what is due now, and what follows it. For "worker --once", and where a worker hears no notifications. */
export async function deliverDue(context: TaskContext): Promise<void> {
  const sending = new Set<Promise<void>>();
  const deadline = performance.now() + longestRun;
  for (;;) {
    if (!context.signal.aborted && performance.now() < deadline) {
      await sendDue(context, sending, () => undefined);
    }
    if (sending.size === 0) {
      return;
    }
    await Promise.race(sending);
  }
}

/** Takes what is due and begins to send it. Each calls back when it has ended: what stood behind it may go then. */
async function sendDue({ queue, log }: TaskContext, sending: Set<Promise<void>>, onEnd: () => void): Promise<void> {
  for (const message of await nextOf(queue)) {
    const work = deliver(message)
      .then(async (attempt) => {
        await queue.webhooks.recordAttempt(message, attempt);
        log[attempt.delivered ? "debug" : "warn"](
          `webhook ${message.name}: ${attempt.delivered ? `message ${message.message_id} is delivered` : attempt.problem}`,
        );
      })
      // It is sent again a minute after it was taken.
      .catch((error: unknown) =>
        log.warn(`what became of message ${message.message_id} is not recorded: ${reasonOf(error)}`),
      )
      .finally(() => {
        sending.delete(work);
        onEnd();
      });
    sending.add(work);
  }
}

/** Where there is no webhook, a worker need not have the role that delivers. */
async function nextOf({ webhooks }: Queue): Promise<WebhookMessage[]> {
  try {
    return await webhooks.next();
  } catch (error) {
    if (isDenied(error) && (await webhooks.list()).length === 0) {
      return [];
    }
    throw error;
  }
}

async function problemOf(error: unknown, { queue }: TaskContext): Promise<string> {
  const explained = await explainDenial(error, queue.database);
  const hint = explained instanceof RefusedError ? `. ${explained.hint ?? ""}` : "";
  return `${reasonOf(explained)}${hint}`;
}
