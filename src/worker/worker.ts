import { nodePostgresConfig } from "../database/nodePostgres.js";
import { reasonOf } from "../database/reasons.js";
import { DatabaseUnavailableError } from "../queue/errors.js";
import type { Listener, OutageEvent } from "../queue/events.js";
import { outlastOutages } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import { untilAborted } from "./abort.js";
import { isDenied } from "./denial.js";
import { type RunningTasks, startRunner } from "./runner.js";
import type { TaskContext } from "./task.js";
import { collectTroubles, type Troubles } from "./troubles.js";
import { deliverWebhooks } from "./webhooks/deliverer.js";

export interface WorkerOptions extends TaskContext {
  readonly url: string;
  /** The name of the worker, for deploy_queue.workers. */
  readonly name: string;
  readonly version: string;
  readonly onEvent: Listener<OutageEvent>;
}

/** How often a worker says that it is alive, in milliseconds. */
const beatInterval = 60_000;

/** How long tasks may take to end, in milliseconds. The whole stop stays well below 5 seconds. */
const stopPatience = 2_000;

const shortestBackOff = 500;
const longestBackOff = 30_000;

/** How long messages that are being sent may take to end, in milliseconds. What has not ended is sent again by another worker. */
const sendingPatience = 1_000;

/**
 * Works until the signal is aborted, and survives every failure that can pass.
 * @throws the error of the server as soon as the role may not do the work: see isDenied
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const end = new AbortController();
  const delivering = deliverWebhooks({ ...options, signal: AbortSignal.any([options.signal, end.signal]) });
  try {
    await runTasks(options);
  } finally {
    end.abort();
    await Promise.race([delivering, pause(sendingPatience)]);
  }
}

/**
 * Runs the tasks by their schedule. Its own sign of life shows whether the database is there. When that is not answered, it gives
 * graphile-worker up, and starts it anew once the database is back.
 */
async function runTasks(options: WorkerOptions): Promise<void> {
  const { signal, log } = options;
  for (let failures = 0; !signal.aborted; ) {
    const troubles = collectTroubles();
    let running: RunningTasks | undefined;
    try {
      running = await untilAborted(signal, start(options, troubles));
      if (running !== undefined) {
        log.info(`${options.name} works until it is stopped`);
        failures = 0;
        await superviseUntilOutage(running, troubles, options);
      }
    } catch (error) {
      if (isDenied(error)) {
        throw error;
      }
      const backOff = Math.min(longestBackOff, shortestBackOff * 2 ** failures++);
      log.error(`the worker cannot go on: ${reasonOf(error)}; trying again in ${backOff / 1000} s`);
      await pause(backOff, signal);
    } finally {
      const stopped = running?.stop().catch(() => undefined);
      await Promise.race([stopped, pause(stopPatience)]);
    }
  }
}

async function start(options: WorkerOptions, troubles: Troubles): Promise<RunningTasks> {
  const connection = await outlastOutages(() => nodePostgresConfig(options.url, options.queue.database), {
    outageTimeout: Number.POSITIVE_INFINITY,
    signal: options.signal,
    onEvent: options.onEvent,
  });
  return startRunner({
    ...options,
    connection,
    onTrouble: troubles.report,
  });
}

/** Returns when the database is away, or the worker is to stop. */
async function superviseUntilOutage(running: RunningTasks, troubles: Troubles, options: WorkerOptions): Promise<void> {
  const { queue, log, signal, name, version } = options;
  let ended = false;
  running.ended
    .then(
      () => "the tasks ended by themselves",
      (error: unknown) => `the tasks ended by themselves: ${reasonOf(error)}`,
    )
    .then((message) => {
      ended = true;
      troubles.report(message);
    });
  for (let messages: readonly string[] = []; !signal.aborted; messages = await troubles.next(beatInterval, signal)) {
    try {
      await untilAborted(signal, queue.upkeep.workerSeen(name, version));
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) {
        return;
      }
      if (isDenied(error)) {
        throw error;
      }
      log.error(`the worker cannot say that it is alive: ${reasonOf(error)}`);
    }
    // The database is there, so graphile-worker replaces lost connections by itself. Any other trouble belongs in the log.
    for (const message of messages) {
      log.warn(message);
    }
    if (ended && !signal.aborted) {
      throw new Error("graphile-worker has stopped");
    }
  }
}
