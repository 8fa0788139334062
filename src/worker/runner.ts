import { EventEmitter } from "node:events";
import type { Logger as GraphileLogger, Runner, TaskList, WorkerEvents } from "graphile-worker";
import type pg from "pg";
import { reasonOf } from "../database/reasons.js";
import { settingsOfSession } from "../database/session.js";
import { graphileWorker } from "./graphileWorker.js";
import { ForgivingPool } from "./pool.js";
import type { TaskContext } from "./task.js";
import { tasks } from "./tasks.js";
import { workerSchema } from "./workerSchema.js";

export interface RunnerOptions extends TaskContext {
  readonly connection: pg.ClientConfig;
  /** Called when something about the connections or the schedule looks wrong. */
  readonly onTrouble: (message: string) => void;
}

/** Tasks that run by their schedule until it is stopped. */
export interface RunningTasks {
  /** Settles when the tasks stop by themselves, which is an error. */
  readonly ended: Promise<void>;
  /** Lets the running tasks end. Without a database this can take long, so do not wait for ever. */
  stop(): Promise<void>;
}

/** How many times in a row its lookers may fail to look for jobs, together. */
const mostFails = 20;

/** How often to look for jobs without a notification, in milliseconds. */
const pollInterval = 5_000;

/** Starts graphile-worker, which keeps its tables in a schema of its own and shares the work among all workers. */
export async function startRunner(options: RunnerOptions): Promise<RunningTasks> {
  // graphile-worker prints stack traces with it when it is stopped while the database is away.
  console.trace = (error: unknown) => options.log.debug(String(error));
  const pool = new ForgivingPool({
    ...options.connection,
    max: 5,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    // Behind a pooler that takes no options: what graphile-worker calls without its schema is PostgreSQL's, whatever a stranger
    // has put into public; and it reads times, and writes.
    onConnect: (client) => client.query(settingsOfSession),
  });
  // Without these, a lost connection would end the process.
  const onConnectionLost = (error: Error): void => {
    options.onTrouble(`a connection was lost: ${reasonOf(error)}`);
  };
  pool.on("error", onConnectionLost).on("connect", (client) => client.on("error", onConnectionLost));

  let giveUp = (_: Error): void => undefined;
  const stuck = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  stuck.catch(() => undefined);
  try {
    const shared = {
      pgPool: pool,
      schema: workerSchema,
      logger: graphileLogger(options),
      // Prepared statements hang behind a transaction pooler.
      noPreparedStatements: true,
    };
    const utils = await graphileWorker.makeWorkerUtils(shared);
    // Removes what a killed worker has left behind.
    await utils.cleanup({ tasks: ["DELETE_PERMAFAILED_JOBS"] });
    await utils.release();

    const runner = await graphileWorker.run({
      ...shared,
      events: countFails(giveUp),
      noHandleSignals: true,
      // One may wait for slow receivers of webhooks.
      concurrency: 3,
      pollInterval,
      taskList: taskList(options),
      parsedCronItems: graphileWorker.parseCronItems(tasks.map(cronItem)),
    });
    return { ended: Promise.race([runner.promise, stuck]), stop: () => stopRunner(runner, pool) };
  } catch (error) {
    pool.end().catch(() => undefined);
    throw error;
  }
}

/**
 * One attempt, because the next minute brings the next one. One job a task, so that jobs do not pile up while no worker runs.
 * No named queue, because a killed worker would hold it for hours. No backfill, because a task does as much when it is late.
 */
function cronItem({ name, schedule }: { readonly name: string; readonly schedule: string }) {
  return {
    identifier: name,
    task: name,
    match: schedule,
    options: { backfillPeriod: 0, maxAttempts: 1, jobKey: name, jobKeyMode: "replace" as const },
  };
}

function taskList(context: TaskContext): TaskList {
  return Object.fromEntries(
    tasks.map((task) => [
      task.name,
      async () => {
        context.log.debug(task.description);
        try {
          await task.perform(context);
        } catch (error) {
          const reason = reasonOf(error);
          // Not rethrown: graphile-worker would keep the failed job for ever, one a minute.
          context.log.error(`${task.name} failed: ${reason}; it runs again at its next time (${task.schedule})`);
        }
      },
    ]),
  );
}

async function stopRunner(runner: Runner, pool: pg.Pool): Promise<void> {
  // Its promise rejects when the tasks could not end well. The log has that already.
  runner.promise.catch(() => undefined);
  try {
    await runner.stop();
  } catch {
    // It has stopped by itself.
  } finally {
    await pool.end();
  }
}

/** The errors of graphile-worker are those of its connections; tasks log their own. */
function graphileLogger({ log, onTrouble }: RunnerOptions): GraphileLogger {
  return new graphileWorker.Logger(() => (level, message) => {
    if (level !== "error") {
      log[level === "warning" ? "debug" : "trace"](message);
    } else {
      onTrouble(message);
    }
  });
}

/**
 * After a lost connection graphile-worker can fail to look for jobs for ever, although the database is there. Then the worker
 * gives it up and starts it anew.
 */
function countFails(giveUp: (error: Error) => void): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  let fails = 0;
  const reset = (): void => {
    fails = 0;
  };
  events.on("worker:getJob:error", ({ error }) => {
    fails += 1;
    if (fails >= mostFails) {
      giveUp(error instanceof Error ? error : new Error(String(error)));
    }
  });
  events.on("worker:getJob:empty", reset).on("job:start", reset);
  return events;
}
