import { fork } from "node:child_process";
import { join } from "node:path";
import { DeployQueue } from "../src/queue/deployQueue.js";
import { HttpSource } from "../src/queue/httpSource.js";
import { Queue } from "../src/queue/queue.js";
import { nanosecondsOf } from "./compare/processor.js";
import { crowd } from "./crowd.js";
import { openLine } from "./line.js";
import { credential, openQueueServer, type QueueServer } from "./queueServer.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, compared, type Figure, inTurns, measured, time } from "./support.js";

const cells = 600;
const processes = 4;
const sizes = {
  quick: { waiters: 1_200, line: 100, rounds: { warmUps: 5, counted: 60, milliseconds: 6_000 } },
  thorough: { waiters: 10_000, line: 1_000, rounds: { warmUps: 20, counted: 300 } },
};

/** Waiters with a stream each; a hand-off among them; the death of their server; a long line that is drained there. */
export async function streams(server: BenchServer, { thorough, large }: BenchOptions): Promise<Figure[]> {
  const { waiters, line, rounds } = thorough ? sizes.thorough : sizes.quick;
  let running = await openQueueServer(server);
  const ids = await enter(server, waiters);
  const clients = await openClients(running, ids);
  try {
    const opened = await time(() => clients.told(waiters));
    const handOffs = await measureHandOffs(server, running, waiters, rounds);
    const resident = running.resident();
    const connections = await connectionsOf(server);
    const back = await time(async () => {
      running = await running.replace();
      await clients.told(2 * waiters);
    });
    const processor = nanosecondsOf(running.pid) / 1e9 + (await processorOfSessions(server));
    const lost = waiters - (await stillQueued(server, ids));
    return [
      { what: `until ${waiters} waiters know where they stand`, figure: opened / 1000, unit: "s" },
      { what: `resident memory of the server with ${waiters} streams`, figure: resident, unit: "MiB", target: "< 600" },
      { what: "its connections to the database", figure: connections, target: "≤ 10" },
      ...handOffs,
      {
        what: `from the kill of the server until all ${waiters} know again where they stand`,
        ...{ figure: back / 1000, unit: "s", target: "≤ 30" },
      },
      {
        what: "processor that this takes, of the server and of its sessions of the database",
        figure: processor,
        unit: "s",
      },
      { what: "places that were lost or doubled", figure: lost, target: "0" },
      ...(await drain(running, line)),
      ...(large ? await crowd(server, running, 100_000) : []),
    ];
  } finally {
    clients.close();
    await running.stop();
  }
}

/** Fills the cells with a holder each and with those that wait behind it. @returns the ids of those */
async function enter({ sql }: BenchServer, waiters: number): Promise<number[]> {
  const entry = `deploy_queue.call(decode('${credential}', 'hex'), 'enqueue', jsonb_build_object(
    'environment', 'dev', 'cloud_provider', 'bench', 'region', 'streams', 'cell_index', cell, 'component', 'api', 'heartbeat', true, 'start', true
  ))`;
  const places = Math.ceil(waiters / cells);
  const ids: number[] = [];
  // Two side by side, each in cells of its own, which a statement locks until its end.
  const fill = async (share: number): Promise<void> => {
    for (let place = 0; place <= places; place += 1) {
      for (let cell = share; cell < cells; cell += 100) {
        const rows = await sql.unsafe<{ id: number }[]>(
          `select ((${entry}) ->> 'id')::integer as id from generate_series(${cell}, ${cell + 99}, 2) as cell`,
        );
        if (place > 0) ids.push(...rows.map(({ id }) => id));
      }
    }
  };
  await Promise.all([fill(0), fill(1)]);
  return ids.slice(0, waiters);
}

/** Processes with a share of the streams each. */
async function openClients({ base, secret }: QueueServer, ids: readonly number[]) {
  let opened = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let reached = (): void => undefined;
  const share = Math.ceil(ids.length / processes);
  const children = Array.from({ length: processes }, (_, index) => {
    const own = ids.slice(index * share, (index + 1) * share).map(String);
    const child = fork(join(import.meta.dirname, "streamClients.ts"), [base, secret, ...own]);
    return child.on("message", () => {
      opened += 1;
      if (opened >= wanted) reached();
    });
  });
  return {
    /** Resolves when so many streams have told where a waiter stands, those that broke meanwhile included. */
    told: (count: number): Promise<void> =>
      new Promise((resolve) => {
        wanted = count;
        reached = resolve;
        if (opened >= count) resolve();
      }),
    close: (): void => {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}

async function measureHandOffs(
  server: BenchServer,
  { base: url, secret: token }: QueueServer,
  waiters: number,
  rounds: { readonly warmUps: number; readonly counted: number },
): Promise<Figure[]> {
  const over = await openLine(server, 1, 1, () => new Queue(new HttpSource({ url, token })));
  const direct = await openLine(server, 1, 1);
  const [ours, least] = [measured(over.handOver), measured(direct.handOver)];
  await inTurns([ours, least], rounds);
  await Promise.all([over.close(), direct.close()]);
  const what = `hand-off to a client of the server beside ${waiters} streams, beside a direct one`;
  return [compared(what, ours.samples, least.samples, "≤ 2.5; 5 ×")];
}

async function connectionsOf({ sql }: BenchServer): Promise<number> {
  const rows = await sql`
    select from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue serve'`;
  return rows.length;
}

/** Seconds since their beginning. */
async function processorOfSessions({ sql }: BenchServer): Promise<number> {
  const sessions = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue serve'`;
  return sessions.reduce((sum, { pid }) => sum + nanosecondsOf(pid) / 1e9, 0);
}

async function stillQueued({ sql }: BenchServer, ids: readonly number[]): Promise<number> {
  const rows = await sql`
    select from deploy_queue.deployments
    where region = 'streams' and start_timestamp is null and cancellation_timestamp is null and id = any (${[...ids]})`;
  return rows.length;
}

/** As many runs in one cell, of one program. */
async function drain({ base: url, secret: token }: QueueServer, deployments: number): Promise<Figure[]> {
  const request = { environment: "dev", cloudProvider: "bench", region: "drain", cellIndex: 0, component: "api" };
  await using queue = await DeployQueue.connect({ url, token });
  const started: number[] = [];
  const took = await time(() =>
    Promise.all(Array.from({ length: deployments }, () => queue.run(request, async ({ id }) => void started.push(id)))),
  );
  const outOfOrder = started.filter((id, place) => id < (started[place - 1] ?? 0)).length;
  return [
    {
      what: `${deployments} runs in one cell over HTTP, from the first call to the last end`,
      figure: took / 1000,
      unit: "s",
    },
    { what: "deployments out of order", figure: outOfOrder, target: "0" },
  ];
}
