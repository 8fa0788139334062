import { Database } from "../database/database.js";
import { Queue } from "../queue/queue.js";
import { tellOutcome } from "../queue/tellOutcome.js";

/** How a watchdog reaches the database. It comes by the pipe from the keeper: others can read the arguments and the environment of a process. */
export interface Contact {
  readonly url: string;
  readonly actor: string | undefined;
  /** The name that the keeper has drawn for itself. */
  readonly keeper: string;
}

/** Tells the database how the work of a keeper that is gone has ended. When that fails, the deployment is reaped when its lease is over. */
export async function tellForKeeper(
  { url, actor, keeper }: Contact,
  deploymentId: number,
  failure: string | undefined,
): Promise<void> {
  const database = new Database({ url, applicationName: "deploy-queue watchdog", actor });
  try {
    await tellOutcome(new Queue(database), deploymentId, failure, { keeper, onEvent: async () => undefined });
  } finally {
    await database.close();
  }
}
