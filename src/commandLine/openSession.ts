import type { BaseContext } from "clipanion";
import { serverOf } from "../client/serverUrl.js";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import type { LeveledLog } from "../display/log.js";
import { logOutages } from "../display/outages.js";
import { type Progress, startProgress } from "../display/progress.js";
import { actorOf } from "../queue/actor.js";
import { type Address, ensureReady, openSource } from "../queue/openSource.js";
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
  /** It holds the password, or the token. */
  readonly address: Address;
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

/** Connects to the database or a server, and makes sure that our schema is there. */
export async function openSession(
  command: string,
  { migrate, outageTimeout, context, hasJsonLog, actor }: SessionOptions,
): Promise<Session> {
  const log = createLogger(context, hasJsonLog);
  const address = serverOf(context.env) ?? (await databaseAddress(context, log));
  let isTold = false;
  const source = openSource({
    ...address,
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
      url: address.url,
      migrate,
      onProgress: (message: string) => {
        log.info(message);
        migrating ??= startProgress(log, "migrating the schema");
      },
      onWarning: (message: string) => log.warn(message),
    };
    await outlastOutages(() => ensureReady(source, schema), {
      outageTimeout,
      onEvent: outageTimeout > 0 ? logOutages(log) : undefined,
    });
  } catch (error) {
    await source.close();
    throw error;
  } finally {
    migrating?.end();
  }
  return { queue: new Queue(source), log, wasTold: () => isTold, address };
}

async function databaseAddress({ env }: BaseContext, log: LeveledLog): Promise<Address> {
  const { url, embeddedDirectory, embeddedStarted } = await resolveConnectionTarget(env);
  if (embeddedDirectory !== undefined) {
    const given = env["DEPLOY_QUEUE_DATABASE_URL"]?.trim() ? '"embedded"' : "not set";
    const started = embeddedStarted ? " (started now)" : "";
    log.info(
      `DEPLOY_QUEUE_DATABASE_URL is ${given}: using this user's own PostgreSQL in ${embeddedDirectory}${started}`,
    );
  }
  return { url };
}
