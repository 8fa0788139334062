import { hostname } from "node:os";
import { Command, Option } from "clipanion";
import { version } from "../../package.json";
import { BaseCommand } from "../commandLine/baseCommand.js";
import { createLogger } from "../commandLine/logger.js";
import { openSession, type Session } from "../commandLine/openSession.js";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import type { LeveledLog } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { outlastOutages } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import { untilAborted } from "../worker/abort.js";
import { explainDenial } from "../worker/denial.js";
import { runTasksOnce } from "../worker/once.js";

/** How long the connection may take to close, in milliseconds. */
const closePatience = 500;

export class WorkerCommand extends BaseCommand {
  static override paths = [["worker"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Work in the background until stopped",
    details: `
      Reaps deployments whose heartbeats stopped or that run for too long, records outliers (both every minute), keeps
      usual durations up to date (hourly), and removes history that is older than its environment keeps it (daily).

      The queue works without it: a waiter reaps what it waits for. Any number of workers share the work. A worker outlasts a
      database that is away. SIGTERM and SIGINT stop it within 5 seconds.

      The first time, its role needs CREATE on the database, for the schema deploy_queue_worker; \`--once\` does not need it. A
      worker whose role may not do its work ends with exit code 4, and says what to grant.
    `,
    examples: [
      ["Work until stopped", "deploy-queue worker"],
      ["From an external scheduler, such as cron, every minute", "deploy-queue worker --once"],
    ],
  });

  skipMigrations = Option.Boolean("--skip-migrations", false, {
    description: "Do not bring an older database schema up to date",
  });
  once = Option.Boolean("--once", false, { description: "Do everything one time and exit" });

  override async perform(): Promise<number> {
    const log = createLogger(this.context);
    const stop = new AbortController();
    const onSignal = (signal: NodeJS.Signals): void => {
      log.info(`${signal} came; stopping`);
      stop.abort();
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    const name = `${hostname()}:${process.pid}`;
    const session = await untilAborted(stop.signal, this.#open(name, log, stop.signal));
    if (session === undefined) {
      return 0;
    }
    try {
      if (this.once) {
        await session.queue.upkeep.workerSeen(`${hostname()}:once`, version);
        await runTasksOnce({ ...session, signal: stop.signal });
      } else {
        await this.#work(name, session, stop.signal);
      }
      return 0;
    } catch (error) {
      throw await explainDenial(error, session.queue.database);
    } finally {
      const closed = session.queue.database.close().catch(() => undefined);
      await Promise.race([closed, pause(closePatience)]);
    }
  }

  /** A worker that starts together with its database, or during a fail-over, waits for it. */
  async #open(name: string, log: LeveledLog, signal: AbortSignal): Promise<Session> {
    const open = (): Promise<Session> =>
      openSession(`worker ${name}`, { migrate: !this.skipMigrations, outageTimeout: 0, context: this.context });
    return this.once
      ? open()
      : outlastOutages(open, { outageTimeout: Number.POSITIVE_INFINITY, signal, onEvent: logOutages(log) });
  }

  async #work(name: string, { queue, log }: Session, signal: AbortSignal): Promise<void> {
    // Loaded here: the other commands need neither graphile-worker nor its driver.
    const { runWorker } = await import("../worker/worker.js");
    const { url } = await resolveConnectionTarget(this.context.env);
    await runWorker({ queue, log, signal, url, name, version, onEvent: logOutages(log) });
  }
}
