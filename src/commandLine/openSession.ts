import type { BaseContext } from "clipanion";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import { Database } from "../database/database.js";
import { ensureSchema } from "../database/ensureSchema.js";
import { warnOfUnverified } from "../database/protection.js";
import type { LeveledLog } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { type Progress, startProgress } from "../display/progress.js";
import { actorOf } from "../queue/actor.js";
import { outlastOutages } from "../queue/outage.js";
import { Queue } from "../queue/queue.js";
import { callsAsCommands } from "../text/callAsCommand.js";
import { withOurTimes } from "../text/moments.js";
import { createLogger } from "./logger.js";

export interface Session {
  readonly queue: Queue;
  readonly log: LeveledLog;
  /** Whether the database has told anything by a notice, such as that all was so already. */
  readonly wasTold: () => boolean;
  /** Of the database. It holds the password. */
  readonly url: string;
}

export interface SessionOptions {
  readonly migrate: boolean;
  /** Milliseconds to wait for a database that is away. */
  readonly outageTimeout: number;
  readonly context: BaseContext;
  /** Whether the log is JSON, a line each. */
  readonly hasJsonLog?: boolean;
  /** Who acts, where that is given. */
  readonly actor?: string | undefined;
}

/** Connects to the database and makes sure that it has our schema. */
export async function openSession(
  command: string,
  { migrate, outageTimeout, context, hasJsonLog, actor }: SessionOptions,
): Promise<Session> {
  const log = createLogger(context, hasJsonLog);
  const target = await resolveConnectionTarget(context.env);
  if (target.embeddedDirectory !== undefined) {
    const given = context.env["DEPLOY_QUEUE_DATABASE_URL"]?.trim() ? '"embedded"' : "not set";
    const started = target.embeddedStarted ? " (started now)" : "";
    log.info(
      `DEPLOY_QUEUE_DATABASE_URL is ${given}: using this user's own PostgreSQL in ${target.embeddedDirectory}${started}`,
    );
  }
  let isTold = false;
  const database = new Database({
    url: target.url,
    applicationName: `deploy-queue ${command}`,
    actor: actorOf(context.env, actor),
    onNotice: (message) => {
      isTold = true;
      log.info(withOurTimes(callsAsCommands(message)));
    },
    onWarning: (message) => log.warn(withOurTimes(callsAsCommands(message))),
  });
  let migrating: Progress | undefined;
  try {
    const schema = {
      url: target.url,
      migrate,
      onProgress: (message: string) => {
        log.info(message);
        migrating ??= startProgress(log, "migrating the schema");
      },
      onWarning: (message: string) => log.warn(message),
    };
    await outlastOutages(() => ensureSchema(database, schema), {
      outageTimeout,
      onEvent: outageTimeout > 0 ? logOutages(log) : undefined,
    });
  } catch (error) {
    await database.close();
    throw error;
  } finally {
    migrating?.end();
  }
  warnOfUnverified(target.url, (message) => log.warn(message));
  return { queue: new Queue(database), log, wasTold: () => isTold, url: target.url };
}
