import { setTimeout as sleep } from "node:timers/promises";
import { openFloor } from "./floor.js";
import { type HandOvers, openLine } from "./line.js";
import { affords, type BenchServer, withDatabase } from "./server.js";
import { compared, type Figure, inTurns, measured, percentile } from "./support.js";
import { runCommand, startWaiter } from "./waiter.js";

/** A predecessor that polls every 5 s sees a free cell after 2.5 s on average. */
const pollingMilliseconds = 2_500;
/** With a thousand, ten lie above p99. */
const rounds = { warmUps: 50, counted: 1_000 };
const processRounds = { warmUps: 3, counted: 100 };

const rows = [
  { waiters: 1, connections: 1, p50Target: "≤ 2.5 ×", p99Target: "≤ 4 ×" },
  { waiters: 50, connections: 1 },
  { waiters: 200, connections: 1, p50Target: "≤ 4 ×" },
  { waiters: 50, connections: 50 },
  { waiters: 200, connections: 200, p50Target: "≤ 4 ×" },
];

/** From finish being sent to the next start being committed, as the next in line sees it. */
export async function handoff(server: BenchServer): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const row of rows) {
    figures.push(...(await measureRow(server, row)));
  }
  return [...figures, ...(await measureProcesses(server))];
}

/** A line and its floor hand over in turns. */
async function measureRow(server: BenchServer, row: (typeof rows)[number]): Promise<Figure[]> {
  const { waiters, connections, p50Target, p99Target } = row;
  const what = `${waiters} waiting on ${connections === 1 ? "one connection" : `${connections} connections`}`;
  // A few for the finishers.
  if (!(await affords(server, what, connections + 10))) {
    return [];
  }
  const hasCrowd = connections > 1 && (await affords(server, `${what} beside as many in turn`, 2 * connections + 10));
  // In databases of their own: a NOTIFY wakes every listener of the same database, whatever its channel.
  return withDatabase(server.url, "floor", (floorUrl) =>
    withDatabase(server.url, "crowded_floor", async (crowdedUrl) => {
      const line = await openLine(server, waiters, connections);
      const floor = await openFloor(floorUrl, 1);
      const crowded = hasCrowd ? await openFloor(crowdedUrl, connections) : undefined;
      const ours = measured(line.handOver);
      const least = measured(floor.handOver);
      const others = crowded && measured(crowded.handOver);
      await inTurns([ours, least, ...(others ? [others] : [])], rounds);
      await Promise.all([line.close(), floor.close(), crowded?.close()]);

      const figures = [
        compared(`${what}, p50, beside UPDATE + NOTIFY + UPDATE`, 0.5, ours, least, p50Target),
        // With many waiters, their heartbeats disturb the floor as well, which is measured in turns with them: there is no p99 to compare with.
        waiters === 1
          ? compared(`${what}, p99, beside UPDATE + NOTIFY + UPDATE`, 0.99, ours, least, p99Target)
          : { what: `${what}, p99`, figure: percentile(ours.samples, 0.99), unit: "ms" },
      ];
      if (others !== undefined) {
        // PostgreSQL up to 18 wakes every listening backend at every NOTIFY, and each one's turn finds its own memory cold.
        figures.push(
          compared(`${what}, p50, beside the same by as many in turn`, 0.5, ours, others),
          compared(`${what}, p99, beside the same by as many in turn`, 0.99, ours, others),
        );
      }
      if (waiters === 1) {
        const polling = { measure: () => pollingMilliseconds, samples: [pollingMilliseconds] };
        figures.push(compared(`${what}, p50, beside polling every 5 s, by arithmetic`, 0.5, ours, polling));
      }
      return figures;
    }),
  );
}

/** Of processes of the command line that wait one after the other; beside the floor, in turns. */
async function measureProcesses(server: BenchServer): Promise<Figure[]> {
  return withDatabase(server.url, "floor", async (floorUrl) => {
    const line = await openProcesses(server);
    const floor = await openFloor(floorUrl, 1);
    const processes = measured(line.handOver);
    const least = measured(floor.handOver);
    await inTurns([processes, least], processRounds);
    await Promise.all([line.close(), floor.close()]);
    const what = "`finish` process → `start` process, by the clock of the database";
    return [
      compared(`${what}, p50, beside UPDATE + NOTIFY + UPDATE`, 0.5, processes, least, "≤ 60 ms"),
      compared(`${what}, p99, beside UPDATE + NOTIFY + UPDATE`, 0.99, processes, least),
    ];
  });
}

/** Processes of a command line, each of which waits for the one before it. */
export async function openProcesses({ url, sql }: BenchServer, program?: string): Promise<HandOvers> {
  const region = "handoff-cli";
  const first = await startWaiter(url, region, program);
  await first.succeeded;
  let running = first.id;
  return {
    async handOver() {
      const waiter = await startWaiter(url, region, program);
      // Until it sleeps and its connection has been idle for a moment.
      await sleep(300);
      await Promise.all([runCommand(url, ["finish", String(running)], program), waiter.succeeded]);
      const [row] = await sql<{ milliseconds: number }[]>`
        select 1000 * extract(epoch from started.start_timestamp - finished.finish_timestamp)::float8 as milliseconds
        from deploy_queue.deployments as finished, deploy_queue.deployments as started
        where finished.id = ${running} and started.id = ${waiter.id}`;
      running = waiter.id;
      return row?.milliseconds ?? Number.NaN;
    },
    close: async () => undefined,
  };
}
