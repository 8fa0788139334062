import postgres from "postgres";
import { seedHistory, settle } from "./seed.js";
import type { BenchServer, Figure } from "./support.js";

const seconds = 5;

/** Whole deployments a second with a million behind them, beside one INSERT and two UPDATEs of a table without rules. */
export async function throughput(server: BenchServer): Promise<Figure[]> {
  await seedHistory(server, { rows: 1_000_000, cells: 600 });
  await server.sql.unsafe(bareTable);
  await settle(server, "bare");
  const figures: Figure[] = [];
  for (const cells of [1, 600]) {
    for (const clients of [1, 4, 16]) {
      const bare = await perSecond(server, clients, cells, bareCycle);
      figures.push({
        what: `${clients} client${clients === 1 ? "" : "s"}, ${cells === 1 ? "one cell" : `${cells} cells`}, beside a bare table`,
        figure: await perSecond(server, clients, cells, queueCycle),
        beside: bare,
        unit: "/s",
        target: cells === 1 ? "" : "≥ 0.4 ×",
      });
    }
  }
  return figures;
}

type Cycle = (sql: postgres.Sql, cell: number) => Promise<void>;

const queueCycle: Cycle = async (sql, cell) => {
  const [row] = await sql<{ id: string }[]>`
    select id from deploy_queue.enqueue('history', 'aws', ${`region-${Math.floor(cell / 10)}`}, ${cell % 10}, 'component-1',
      concurrency_key => 'bench')`;
  const id = row?.id ?? 0;
  await sql`select started from deploy_queue.try_start(${id})`;
  await sql`select id from deploy_queue.finish(${id})`;
};

const bareCycle: Cycle = async (sql, cell) => {
  const [row] = await sql<{ id: string }[]>`
    insert into bare (environment, cloud_provider, region, cell_index, component, concurrency_key, cell_id, created_at,
      updated_at)
    values ('history', 'aws', ${`region-${Math.floor(cell / 10)}`}, ${cell % 10}, 'component-1', 'bench', ${cell + 1}, now(),
      now())
    returning id`;
  const id = row?.id ?? 0;
  await sql`update bare set start_timestamp = now() where id = ${id}`;
  await sql`update bare set finish_timestamp = now() where id = ${id}`;
};

/** The table of deployments with its rows, indexes and settings of storage, and nothing that decides. */
const bareTable = `
  create table bare (like deploy_queue.deployments including defaults including indexes);
  do $$
  begin
    execute format('alter table bare set (%s)', (
      select array_to_string(reloptions, ', ') from pg_class where oid = 'deploy_queue.deployments'::regclass
    ));
  end;
  $$;
  create sequence bare_id;
  alter table bare alter id set default nextval('bare_id') + 100000000;
  insert into bare select * from deploy_queue.deployments where environment = 'history'`;

async function perSecond(server: BenchServer, clients: number, cells: number, cycle: Cycle): Promise<number> {
  const connections = Array.from({ length: clients }, () =>
    postgres(server.url, { max: 1, onnotice: () => undefined }),
  );
  const until = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    connections.map(async (sql, client) => {
      for (let round = 0; performance.now() < until; round += 1) {
        // Each client walks through cells of its own, where there are enough.
        await cycle(sql, (client + round * clients) % cells);
        done += 1;
      }
    }),
  );
  await Promise.all(connections.map((sql) => sql.end()));
  return done / seconds;
}
