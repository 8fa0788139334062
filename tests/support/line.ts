import type { EnqueueArguments, TestDatabase } from "./database.js";

export type State = "queued" | "running" | "finished" | "cancelled";

/** A cell of its own, and deployments in it. */
export interface Line {
  readonly environment: string;
  readonly region: string;
  /** Adds a deployment that has come as far as this, and returns its id. */
  add(state: State, overrides?: Partial<EnqueueArguments>): Promise<number>;
}

let lines = 0;

export function newLine(database: TestDatabase, environment = "dev"): Line {
  const region = `line-${lines++}`;
  return {
    environment,
    region,
    async add(state, overrides = {}) {
      const { id } = await database.enqueue({ environment, region, ...overrides });
      if (state === "running" || state === "finished") {
        const { heartbeat = false, keeper, stopGrace } = overrides;
        const { started, waitingOn } = await database.queue.tryStart(id, { heartbeat, keeper, stopGrace });
        if (!started) throw new Error(`${id} cannot be ${state}: ${JSON.stringify(waitingOn)}`);
      }
      if (state === "finished") await database.queue.finish(id);
      if (state === "cancelled") await database.queue.cancel(id);
      return id;
    },
  };
}

/** The key of a table of scenarios: a missing one is written as "-". */
export function withKey(key: string): Partial<EnqueueArguments> {
  return key === "-" ? {} : { concurrencyKey: key };
}
