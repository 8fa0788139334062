import postgres from "postgres";
import { processorOf } from "./compare/processor.js";
import { seedHistory, settle } from "./seed.js";
import { affords, type BenchServer } from "./server.js";
import {
  type BenchOptions,
  type Figure,
  inTurns,
  type Measured,
  measured,
  type Opened,
  percentile,
  type Rounds,
  range,
} from "./support.js";

interface Turns {
  readonly rows: number;
  readonly rounds: Rounds;
  /** How long a sample counts, in milliseconds. */
  readonly length: number;
  /** How many of them the time of the processor is taken of. */
  readonly deployments: number;
}

const thoroughTurns: Turns = {
  rows: 1_000_000,
  rounds: { warmUps: 2, counted: 15 },
  length: 1_000,
  deployments: 2_000,
};
const quickTurns: Turns = {
  rows: 100_000,
  rounds: { warmUps: 1, counted: 6, milliseconds: 4_000 },
  length: 150,
  deployments: 500,
};

/** Whole deployments a second with history behind them, beside one INSERT and two UPDATEs of a table without rules. */
export async function throughput(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const turns = thorough ? thoroughTurns : quickTurns;
  await seedHistory(server, { rows: turns.rows, cells: 600 });
  await server.sql.unsafe(bareTable);
  await settle(server, "bare");
  const figures: Figure[] = [];
  for (const cells of [1, 600]) {
    for (const clients of cells === 1 ? [1, 16] : [1, 4, 16]) {
      const who = `${clients} client${clients === 1 ? "" : "s"}`;
      const where = cells === 1 ? "one cell, a common key (no waiting)" : `${cells} cells`;
      if (!(await affords(server, who, clients * (1 + Object.keys(ways).length)))) continue;
      const [bare, ...ours] = await perSecond(server, { clients, cells, ...turns }, [
        bareCycle,
        ...Object.values(ways),
      ]);
      for (const [index, how] of Object.keys(ways).entries()) {
        const measured = ours[index];
        if (bare && measured) {
          const target = cells === 1 || how === "as `run` does" ? "" : "≥ 0.4 ×";
          figures.push(besideBare(`${who}, ${where}, ${how}, beside a bare table`, measured, bare, target));
        }
      }
    }
  }
  return [...figures, ...(await processorTimes(server, turns.deployments))];
}

/** How many deployments a core of the server can take: other work on the machine hardly changes that. */
export async function processorTimes(server: BenchServer, deployments: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [how, cycle] of Object.entries(ways)) {
    const size = { clients: 4, cells: 600, enough: (_: number, walked: number) => walked >= deployments };
    const opened = openClients(server.url, size, cycle);
    // Sessions plan their first statements.
    await opened.measure();
    const processor = await processorOf(server);
    await opened.measure();
    figures.push({
      what: `processor of the server a deployment, ${how}`,
      figure: processor() / deployments,
      unit: "ms",
    });
    await opened.close();
  }
  return figures;
}

function besideBare(what: string, ours: Measured, bare: Measured, target: string): Figure {
  return {
    what,
    figure: percentile(ours.samples, 0.5),
    range: range(ours.samples),
    beside: percentile(bare.samples, 0.5),
    besideRange: range(bare.samples),
    // Of neighbours in time, on which the machine had the same to do besides.
    ratio: percentile(
      ours.samples.map((sample, turn) => sample / (bare.samples[turn] ?? Number.NaN)),
      0.5,
    ),
    unit: "/s",
    target,
  };
}

export type Cycle = (sql: postgres.Sql, cell: number) => Promise<void>;

/** Enters the line, asks for the turn, ends. */
const threeCalls: Cycle = async (sql, cell) => {
  const id = await enqueue(sql, cell, { start: false, heartbeat: false });
  await sql`select started from deploy_queue.try_start(${id})`;
  await sql`select id from deploy_queue.finish(${id})`;
};

/** Enters the line and starts at once, ends. */
const twoCalls: Cycle = async (sql, cell) => {
  await sql`select id from deploy_queue.finish(${await enqueue(sql, cell, { start: true, heartbeat: false })})`;
};

/** The same with heartbeats: a keeper may listen for the end. */
const asRun: Cycle = async (sql, cell) => {
  await sql`select id from deploy_queue.finish(${await enqueue(sql, cell, { start: true, heartbeat: true })})`;
};

async function enqueue(sql: postgres.Sql, cell: number, how: { start: boolean; heartbeat: boolean }): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select id from deploy_queue.enqueue('history', 'aws', ${`region-${Math.floor(cell / 10)}`}, ${cell % 10}, 'component-1',
      concurrency_key => 'bench', heartbeat => ${how.heartbeat}, start => ${how.start})`;
  return row?.id ?? "0";
}

export const ways = { "in three calls": threeCalls, "in two calls": twoCalls, "as `run` does": asRun };

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

/** Cycles a second of each kind, in turns. */
async function perSecond(
  server: BenchServer,
  size: Turns & { readonly clients: number; readonly cells: number },
  cycles: readonly Cycle[],
): Promise<Measured[]> {
  const all = cycles.map((cycle) =>
    openClients(server.url, { ...size, enough: (milliseconds) => milliseconds >= size.length }, cycle),
  );
  const kinds = all.map(({ measure }) => measured(measure));
  await inTurns(kinds, size.rounds);
  await Promise.all(all.map(({ close }) => close()));
  return kinds;
}

interface Clients {
  readonly clients: number;
  readonly cells: number;
  readonly enough: (milliseconds: number, cycles: number) => boolean;
}

/** Clients that go through cycles until it is enough; a sample is cycles a second. Each has a connection of its own. */
export function openClients(url: string, { clients, cells, enough }: Clients, cycle: Cycle): Opened {
  // Each client walks through cells of its own, where there are enough.
  const own = Math.max(1, Math.floor(cells / clients));
  const connections = Array.from({ length: clients }, () => postgres(url, { max: 1, onnotice: () => undefined }));
  return {
    async measure() {
      let walked = 0;
      const began = performance.now();
      const ends = await Promise.all(
        connections.map(async (sql, client) => {
          for (let step = 0; !enough(performance.now() - began, walked); step += 1) {
            walked += 1;
            await cycle(sql, (client * own + (step % own)) % cells);
          }
          return performance.now();
        }),
      );
      return (walked * 1000) / (Math.max(...ends) - began);
    },
    close: async () => void (await Promise.all(connections.map((sql) => sql.end()))),
  };
}
