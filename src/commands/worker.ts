import { hostname } from "node:os";
import { Command, Option } from "clipanion";
import type { Logger } from "pino";
import { version } from "../../package.json";
import { BaseCommand } from "../commandLine/baseCommand.js";
import type { Session } from "../commandLine/openSession.js";

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

      The queue works without it: whoever waits reaps what it waits for. Any number of workers share the work. A worker
      outlasts a database that is away; SIGTERM and SIGINT stop it within 5 seconds.

      Its role needs CREATE on the database the first time, for the schema deploy_queue_worker; \`--once\` does not. With a
      role that may not do its work it ends with exit code 4, and says what to grant.
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
    const { createLogger } = await import("../commandLine/logger.js");
    const { untilAborted } = await import("../worker/abort.js");
    const log = createLogger();
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
        const { runTasksOnce } = await import("../worker/once.js");
        await session.queue.upkeep.workerSeen(`${hostname()}:once`, version);
        await runTasksOnce({ ...session, signal: stop.signal });
      } else {
        await this.#work(name, session, stop.signal);
      }
      return 0;
    } catch (error) {
      const { explainDenial } = await import("../worker/denial.js");
      throw await explainDenial(error, session.queue.database);
    } finally {
      const { pause } = await import("../queue/pause.js");
      const closed = session.queue.database.close().catch(() => undefined);
      await Promise.race([closed, pause(closePatience)]);
    }
  }

  /** A worker that starts together with its database, or after it fell over, waits for it. */
  async #open(name: string, log: Logger, signal: AbortSignal): Promise<Session> {
    const { openSession } = await import("../commandLine/openSession.js");
    const { outlastOutages } = await import("../queue/outage.js");
    const { logOutages } = await import("../display/outages.js");
    const open = (): Promise<Session> =>
      openSession(`worker ${name}`, { migrate: !this.skipMigrations, outageTimeout: 0 });
    return this.once
      ? open()
      : outlastOutages(open, { outageTimeout: Number.POSITIVE_INFINITY, signal, onEvent: logOutages(log) });
  }

  async #work(name: string, { queue, log }: Session, signal: AbortSignal): Promise<void> {
    const { resolveConnectionTarget } = await import("../database/connectionUrl.js");
    const { runWorker } = await import("../worker/worker.js");
    const { logOutages } = await import("../display/outages.js");
    const { url } = await resolveConnectionTarget();
    const applicationName = `deploy-queue worker ${name}`;
    await runWorker({ queue, log, signal, url, name, version, applicationName, onEvent: logOutages(log) });
  }
}
