import { type Address, openSource } from "../queue/openSource.js";
import { Queue } from "../queue/queue.js";
import { tellOutcome } from "../queue/tellOutcome.js";

/** How a watchdog reaches the queue. It comes by the pipe from the keeper: others can read the arguments and the environment of a process. */
export interface Contact extends Address {
  readonly actor: string | undefined;
  /** The name that the keeper has drawn for itself. */
  readonly keeper: string;
}

/** Tells the database how the work of a keeper that is gone has ended. When that fails, the deployment is reaped when its lease is over. */
export async function tellForKeeper(
  { keeper, ...contact }: Contact,
  deploymentId: number,
  failure: string | undefined,
): Promise<void> {
  const source = openSource({ ...contact, applicationName: "deploy-queue watchdog" });
  try {
    await tellOutcome(new Queue(source), deploymentId, failure, { keeper, onEvent: async () => undefined });
  } finally {
    await source.close();
  }
}
