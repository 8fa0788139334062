import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "../src/server/pool.js";
import { Hub } from "../src/server/streams/hub.js";
import { cellOf } from "../src/server/streams/lines.js";
import { credential, type QueueServer } from "./queueServer.js";
import { withoutTriggers } from "./seed.js";
import type { BenchServer } from "./server.js";
import { type Figure, time, timed } from "./support.js";

const cells = 600;
const place = { environment: "dev", cloud_provider: "bench", region: "crowd" };
const silent = (): void => undefined;
const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, tellsInfo: false };

/** So many that wait at one server, without their sockets: what is left is what the server and the database do for them. */
export async function crowd(server: BenchServer, { databaseUrl }: QueueServer, waiters: number): Promise<Figure[]> {
  const { holders, ids } = await plant(server, waiters);
  const pool = new Pool({ url: databaseUrl, size: 8 });
  const hub = new Hub({ url: databaseUrl, log, pool });
  await hub.listen();
  const before = process.memoryUsage().rss;
  const standing = new Set<number>();
  const kept = new Set<number>();
  let onTurn = silent;
  const followed = await time(async () => {
    for (const [index, id] of ids.entries()) {
      const tell = ({ event }: { readonly event: string }): void => {
        standing.add(id);
        if (event === "kept") kept.add(id);
        if (event === "turn") onTurn();
      };
      hub.follow({
        credential: Buffer.from(credential, "hex"),
        id,
        cell: cellOf({ ...place, cell_index: index % cells }),
        tell,
      });
    }
    while (standing.size < waiters) await sleep(100);
  });
  const renewed = await time(async () => {
    while (kept.size < waiters) await sleep(100);
  });
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  const queue = server.openQueue();
  const samples: number[] = [];
  for (const holder of holders.slice(0, 200)) {
    await sleep(20);
    const told = new Promise<void>((resolve) => {
      onTurn = resolve;
    });
    samples.push(await time(() => Promise.all([queue.finish(holder), told])));
  }
  await queue.source.close();
  await hub.close();
  await pool.close();
  return [
    { what: `${waiters} waiters without sockets: until all know where they stand`, figure: followed / 1000, unit: "s" },
    { what: "then until the leases of all are renewed once", figure: renewed / 1000, unit: "s" },
    { what: "memory that they take", figure: memory, unit: "MiB" },
    timed("from finish sent to the turn of the next one being told", samples),
  ];
}

/** Lines with a holder each, past the rules: to let them in one by one would take most of an hour. */
async function plant({ sql }: BenchServer, waiters: number): Promise<{ holders: number[]; ids: number[] }> {
  await sql`
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    select 'dev', 'bench', 'crowd', number from generate_series(0, ${cells - 1}) as number`;
  await withoutTriggers(
    { sql },
    `insert into deploy_queue.deployments (id, cell_id, environment, cloud_provider, region, cell_index, component, created_at, updated_at,
      start_timestamp, heartbeat_timestamp, alive_until, entered_by)
    overriding system value
    select nextval('deploy_queue.deployments_id_seq'), cells.id, cells.environment, cells.cloud_provider, cells.region, cells.cell_index, 'api',
      now(), now(), case when number < ${cells} then now() end, now(), now() + interval '15 minutes', 'token bench'
    from generate_series(0, ${waiters + cells - 1}) as number
    join deploy_queue.cells on cells.region = 'crowd' and cells.cell_index = number % ${cells};`,
  );
  await sql`analyze deploy_queue.deployments`;
  const rows = await sql<{ id: number; runs: boolean }[]>`
    select id::integer as id, start_timestamp is not null as runs from deploy_queue.deployments where region = 'crowd' order by id`;
  const idsOf = (runs: boolean): number[] => rows.filter((row) => row.runs === runs).map(({ id }) => id);
  return { holders: idsOf(true), ids: idsOf(false) };
}
