import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { onTestFinished } from "vitest";

/** Asks as waiters of the predecessor do: all with a smaller id in the same cell that have not ended, or whose buffer is not over. */
const blockers = `
  select other.id, other.environment, other.cloud_provider, other.region, other.component, other.version, other.note,
    other.concurrency_key, env.buffer_time, usual.avg_duration
  from (select * from deployments where id = $1) as own
  join environments as env on env.environment = own.environment
  join deployments as other on other.environment = own.environment and other.cloud_provider = own.cloud_provider
    and other.region = own.region and other.cell_index = own.cell_index
    and (own.concurrency_key is null or other.concurrency_key is null or own.concurrency_key <> other.concurrency_key)
    and other.id < own.id
    and (other.finish_timestamp is null or other.finish_timestamp > now() - env.buffer_time)
    and other.cancellation_timestamp is null
  left join deployment_duration_analytics as usual on usual.environment = other.environment
    and usual.cloud_provider = other.cloud_provider and usual.region = other.region and usual.cell_index = other.cell_index
    and usual.component = other.component
  order by other.id`;

export interface Blocker {
  readonly id: string;
  readonly note: string | null;
}

/** A program of the predecessor: one connection, unqualified names, and statements that it prepares once. */
export interface OldProgram {
  enqueue(
    component: string,
    more?: { readonly version?: string; readonly url?: string; readonly note?: string },
  ): Promise<number>;
  look(id: number): Promise<Blocker[]>;
  start(id: number): Promise<number | null>;
  beat(id: number): Promise<number | null>;
  finish(id: number): Promise<number | null>;
  cancel(id: number, note?: string): Promise<number | null>;
  /** Looks every so many milliseconds (the predecessor: 5,000), and starts when it sees nothing ahead. */
  waitAndStart(id: number, every?: number): Promise<void>;
}

export async function oldProgram(url: string): Promise<OldProgram> {
  const client = new pg.Client({ connectionString: url, options: "-c search_path=public" });
  await client.connect();
  onTestFinished(() => client.end());
  const run = (name: string, text: string, ...values: unknown[]) => client.query({ name, text, values });
  const change = async (name: string, text: string, ...values: unknown[]) =>
    (await run(name, text, ...values)).rowCount;

  const program: OldProgram = {
    async enqueue(component, { version, url, note } = {}) {
      const { rows } = await run(
        "enqueue",
        `insert into deployments (environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
        ...["dev", "aws", "r", 1, component, version, url, note, null],
      );
      return Number(rows[0]?.id);
    },
    look: async (id) => (await run("look", blockers, id)).rows,
    start: (id) => change("start", "update deployments set start_timestamp = now() where id = $1", id),
    beat: (id) => change("beat", "update deployments set heartbeat_timestamp = now() where id = $1", id),
    finish: (id) => change("finish", "update deployments set finish_timestamp = now() where id = $1", id),
    cancel: (id, note) =>
      change(
        "cancel",
        "update deployments set cancellation_timestamp = now(), cancellation_note = $2 where id = $1",
        ...[id, note],
      ),
    async waitAndStart(id, every = 5_000) {
      while ((await program.look(id)).length > 0) await sleep(every);
      // It does not ask how many rows were changed.
      await program.start(id);
    },
  };
  return program;
}
