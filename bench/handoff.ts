import { setTimeout as sleep } from "node:timers/promises";
import { openFloor } from "./floor.js";
import { type HandOvers, openLine } from "./line.js";
import { affords, type BenchServer, withDatabase } from "./server.js";
import { type BenchOptions, compared, type Figure, inTurns, measured, type Rounds } from "./support.js";
import { runCommand, startWaiter } from "./waiter.js";

/** With a thousand, ten lie above p99. */
const thoroughRounds = { warmUps: 50, counted: 1_000 };
const quickRounds = { warmUps: 5, counted: 60, milliseconds: 4_000 };
const processRounds = (thorough: boolean): Rounds =>
  thorough ? { warmUps: 3, counted: 100 } : { warmUps: 1, counted: 10, milliseconds: 10_000 };

const rows = [
  { waiters: 1, connections: 1, target: "≤ 2.5; 4 ×" },
  { waiters: 50, connections: 1 },
  { waiters: 200, connections: 1, target: "≤ 4 ×" },
  { waiters: 50, connections: 50 },
  { waiters: 200, connections: 200, target: "≤ 4 ×" },
];

/** From finish being sent to the next start being committed, as the next in line sees it. */
export async function handoff(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const row of rows) {
    figures.push(...(await measureRow(server, row, thorough ? thoroughRounds : quickRounds)));
  }
  return [...figures, ...(await measureProcesses(server, processRounds(thorough)))];
}

/** A line and its floor hand over in turns. */
async function measureRow(server: BenchServer, row: (typeof rows)[number], rounds: Rounds): Promise<Figure[]> {
  const { waiters, connections, target } = row;
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

      const figures = [compared(`${what}, beside UPDATE + NOTIFY + UPDATE`, ours.samples, least.samples, target)];
      if (others !== undefined) {
        // PostgreSQL up to 18 wakes every listening backend at every NOTIFY, and each one's turn finds its own memory cold.
        figures.push(compared(`${what}, beside the same by as many in turn`, ours.samples, others.samples));
      }
      return figures;
    }),
  );
}

/** Of processes of the command line that wait one after the other; beside the floor, in turns. */
async function measureProcesses(server: BenchServer, rounds: Rounds): Promise<Figure[]> {
  return withDatabase(server.url, "floor", async (floorUrl) => {
    const line = await openProcesses(server);
    const floor = await openFloor(floorUrl, 1);
    const processes = measured(line.handOver);
    const least = measured(floor.handOver);
    await inTurns([processes, least], rounds);
    await Promise.all([line.close(), floor.close()]);
    const what = "`finish` process → `start` process, by the clock of the database, beside UPDATE + NOTIFY + UPDATE";
    return [compared(what, processes.samples, least.samples, "≤ 60 ms")];
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
