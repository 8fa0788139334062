import { resolveConnectionTarget } from "../database/connectionUrl.js";
import { Database } from "../database/database.js";
import { ensureSchema } from "../database/schema.js";
import { createLogger } from "../output/logger.js";
import { Queue } from "../queue/queue.js";
import type { Session } from "./queueCommand.js";

/** Connects to the database and makes sure that it has our schema. */
export async function openSession(command: string, options: { readonly migrate: boolean }): Promise<Session> {
  const log = createLogger();
  const target = await resolveConnectionTarget();
  if (target.embeddedDirectory !== undefined) {
    log.info(
      `DEPLOY_QUEUE_DATABASE_URL is ${process.env["DEPLOY_QUEUE_DATABASE_URL"] ? '"embedded"' : "not set"}: ` +
        `using this user's own PostgreSQL in ${target.embeddedDirectory}${target.embeddedStarted ? " (started now)" : ""}`,
    );
  }
  const database = new Database({
    url: target.url,
    applicationName: `deploy-queue ${command}`,
    onNotice: (message) => log.info(message),
  });
  try {
    await ensureSchema(database, {
      url: target.url,
      migrate: options.migrate,
      onProgress: (message) => log.info(message),
      onWarning: (message) => log.warn(message),
    });
  } catch (error) {
    await database.close();
    throw error;
  }
  return { queue: new Queue(database), log };
}
