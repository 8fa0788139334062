import { reasonOf } from "../database/reasons.js";
import { answered } from "./answered.js";
import type { DeploymentId } from "./deployment.js";
import { DatabaseUnavailableError } from "./errors.js";
import type { JourneyEvent, Listener } from "./events.js";
import { oneLine } from "./oneLine.js";
import { outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";

/** How long to try to give a place up, in milliseconds: the caller waits for this process to end. */
const longestTry = 5_000;

/** Cancels a deployment whose wait has ended with an error, and tells whether that succeeded. Never throws for the database. */
export async function giveUp(
  queue: Queue,
  id: DeploymentId,
  error: unknown,
  { mayRun, onEvent }: { readonly mayRun: boolean; readonly onEvent: Listener<JourneyEvent> | undefined },
): Promise<void> {
  const reason = reasonOf(error);
  let event: JourneyEvent = { event: "given-up", deployment_id: id };
  try {
    await cancelSoon(queue, id, oneLine(`gave up waiting: ${reason}`));
  } catch (failure) {
    event = { event: "left-behind", deployment_id: id, failure, mayRun };
  }
  await onEvent?.(event);
}

async function cancelSoon(queue: Queue, id: DeploymentId, note: string): Promise<void> {
  const { source } = queue;
  const over = new AbortController();
  const silence = new DatabaseUnavailableError(`${source.target} did not answer within ${longestTry / 1000} s`);
  const timer = setTimeout(() => over.abort(silence), longestTry);
  try {
    await outlastOutages(() => answered(source, cancelAsKeeper(queue, id, note), over.signal, 0), {
      signal: over.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Cancels a deployment as its keeper, who knows that its work has ended or has not begun: its cell is free at once. */
export async function cancelAsKeeper(queue: Queue, id: DeploymentId, note?: string): Promise<void> {
  const { stop_timestamp, cancellation_timestamp } = await queue.cancel(id, note);
  if (stop_timestamp !== null && cancellation_timestamp === null) {
    await queue.confirmStop(id);
  }
}
