import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { Database } from "../../src/database/database.js";
import type { Deployment, Hold } from "../../src/queue/deployment.js";
import { Queue } from "../../src/queue/queue.js";
import { createDatabase } from "./createDatabase.js";
import { collect, coverageDirectory } from "./sqlCoverage.js";

export type TestSql = postgres.Sql<{ bigint: number }>;

export interface TestDatabase {
  readonly url: string;
  /** A pool; each connection of its own with connect(). */
  readonly sql: TestSql;
  readonly queue: Queue;
  /** One more connection, closed after the tests of the file. */
  connect(options?: ConnectOptions): TestSql;
  /** A queue with a connection of its own, closed after the tests of the file. */
  openQueue(options?: { readonly actor?: string }): Queue;
  /** Moves the clock of the database, such as "11 minutes", while other deployments send heartbeats. */
  advance(interval: string): Promise<void>;
  /** The same, while nothing is written. */
  pause(interval: string): Promise<void>;
  /** A deployment to a cell of its own unless told otherwise. */
  enqueue(overrides?: Partial<EnqueueArguments>): Promise<Deployment>;
}

export interface ConnectOptions {
  readonly onNotice?: (notice: postgres.Notice) => void;
  /** What the connection hears on channels that it listens on by a statement of its own. */
  readonly onNotify?: (channel: string, payload: string) => void;
}

export interface EnqueueArguments {
  environment: string;
  region: string;
  cellIndex: number;
  component: string;
  version: string;
  artifact: string;
  rollbackOf: number;
  concurrencyKey: string;
  heartbeat: boolean;
  priority: number;
  hold: Hold;
  notBefore: Date;
  notAfter: Date;
  command: readonly string[];
  maxDuration: number;
  idempotencyKey: string;
  keeper: string;
  stopGrace: number;
  parentId: number;
  joinParent: boolean;
}

let databases = 0;
let cells = 0;

/** Gives the tests of a file a database of their own: a copy of the template. */
export function useDatabase(): TestDatabase {
  const name = `deploy_queue_test_${process.pid}_${databases++}_${Date.now()}`;
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  const closing: (() => Promise<void>)[] = [];

  const connect: TestDatabase["connect"] = (options) => {
    const sql = openClient(url, options);
    closing.push(() => sql.end({ timeout: 1 }));
    return sql;
  };
  const openQueue: TestDatabase["openQueue"] = (options) => {
    const database = new Database({ url: url.href, applicationName: "tests", ...options });
    closing.push(() => database.close());
    return new Queue(database);
  };
  const sql = openClient(url, { max: 10 });
  const queue = openQueue();

  const pause: TestDatabase["pause"] = async (interval) => {
    await sql`update test.clock set shift = shift + ${interval}::interval`;
  };
  /** As if a heartbeat had been noted just long enough ago that the next one is noted as well. */
  const keepSeen = async (): Promise<void> => {
    await sql`
      with newest as (select * from deploy_queue.writes order by seen_at desc limit 1)
      update deploy_queue.writes
      set seen_at = deploy_queue._now() - interval '10 seconds', back_since = newest.back_since, back_before = newest.back_before
      from newest
      where writes.id = (select id from deploy_queue.writes order by seen_at desc limit 1 for update skip locked)`;
  };

  beforeAll(async () => {
    await asRoot((root) => createDatabase(root, name, inject("templateName")));
    await keepSeen();
  });
  afterAll(async () => {
    if (coverageDirectory !== undefined) {
      await collect(sql, name);
    }
    await Promise.all([sql.end({ timeout: 1 }), ...closing.map((close) => close())]);
    await asRoot((root) => root.unsafe(`drop database if exists ${name} with (force)`));
  });

  return {
    url: url.href,
    sql,
    queue,
    connect,
    openQueue,
    async advance(interval) {
      await pause(interval);
      await keepSeen();
    },
    pause,
    enqueue: ({ heartbeat = false, keeper, stopGrace, ...overrides } = {}) =>
      queue.enqueue(
        {
          environment: "dev",
          cloudProvider: "aws",
          region: overrides.region ?? `region-${cells++}`,
          cellIndex: 0,
          component: "api",
          ...overrides,
        },
        { heartbeat, keeper, stopGrace },
      ),
  };
}

/** A client with one connection, unless told otherwise, that reads bigint as a number. */
export function openClient(url: URL, { max = 1, onNotice, onNotify }: ConnectOptions & { max?: number } = {}): TestSql {
  const options = {
    max,
    onnotice: onNotice ?? (() => undefined),
    onnotify: onNotify,
    fetch_types: false,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  };
  return postgres(url.href, options);
}

async function asRoot(act: (root: postgres.Sql) => Promise<unknown>): Promise<void> {
  const root = postgres(inject("serverUrl"), { max: 1, onnotice: () => undefined });
  await act(root);
  await root.end();
}
