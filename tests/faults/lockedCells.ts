import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import type { Queue } from "../../src/queue/queue.js";
import { type RunningCli, startCli } from "../support/cli.js";
import { type OwnServer, startOwnServer } from "../support/ownServer.js";
import { childrenOf } from "../support/processes.js";
import { type Proxy as FaultyProxy, startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";
import { liveOnes } from "./storm.js";

/** What a command does when it is asked to end, or instead of ending. */
const works = {
  obeys: "sleep 0.4",
  fails: "sleep 0.2; exit 3",
  "ignores SIGTERM": 'trap "" TERM; sleep 0.8; sleep 0.8',
  "takes its time": 'trap "sleep 0.3; exit 0" TERM; sleep 0.3 & wait; sleep 0.3 & wait',
  "leaves a child": "sleep 0.6 & sleep 0.2",
  "leaves a child that stays": '(trap "" TERM; sleep 30) & sleep 0.2',
} as const;
type Work = keyof typeof works;

const faults = [
  "cancel",
  "force",
  "kill",
  "kill watchdog",
  "pause",
  "long pause",
  "cut",
  "silence",
  "policy",
  "crash",
] as const;

const isWork = (name: string): name is Work => name in works;
const round = fc.record({
  works: fc.array(fc.constantFrom(...Object.keys(works).filter(isWork)), { minLength: 3, maxLength: 3 }),
  faults: fc.array(
    fc.record({
      what: fc.constantFrom(...faults),
      which: fc.nat({ max: 100 }),
      /** Milliseconds before it. */
      after: fc.integer({ min: 0, max: 500 }),
    }),
    { minLength: 2, maxLength: 3 },
  ),
});
type Round = typeof round extends fc.Arbitrary<infer One> ? One : never;

export interface LockedCells {
  readonly seed: number;
  /** Of each cell; they go on side by side. */
  readonly rounds: number;
  readonly cells: number;
  readonly directory: string;
}

/**
 * Lets faults happen to keepers, their connections and the server. The judge is not the database but the kernel: a command takes a lock of
 * its cell, which is free again when the last of its processes has ended.
 */
export async function tryLocks({ seed, rounds, cells, directory }: LockedCells): Promise<void> {
  const server = await startOwnServer();
  const queue = server.openQueue();
  await queue.environments.set("locked", { bufferTime: 0, heartbeatTimeout: 4 });
  const plans = fc.sample(round, { seed, numRuns: rounds * cells });
  await Promise.all(
    Array.from({ length: cells }, async (_, index) => {
      const proxy = await startProxy(server.url);
      const cell = {
        server,
        queue,
        proxy,
        index,
        lock: join(directory, `lock-${index}`),
        forced: [],
        unwatched: new Set<RunningCli>(),
      };
      for (const plan of plans.slice(index * rounds, (index + 1) * rounds)) {
        await outlast(cell, plan);
      }
    }),
  );
  await until("all that was left is reaped", async () => {
    await queue.upkeep.reapStaleDeployments();
    return (await liveOnes(queue)) === 0;
  });
  expect(await queue.history.verify()).toEqual([]);
}

interface Cell {
  readonly server: OwnServer;
  readonly queue: Queue;
  readonly proxy: FaultyProxy;
  readonly index: number;
  readonly lock: string;
  /**
   * Those that were cancelled by force, and those whose keeper was struck while it ended the work of a watchdog that was killed: the one
   * after them may find their command at work.
   */
  readonly forced: number[];
  /** Those whose watchdog was killed. */
  readonly unwatched: Set<RunningCli>;
}

async function outlast(cell: Cell, plan: Round): Promise<void> {
  const runs = plan.works.map((work) => deploy(cell.proxy.url, cell, works[work]));
  const paused = new Set<RunningCli>();
  const wake = (): void => {
    for (const { process } of paused) process.kill("SIGCONT");
    paused.clear();
  };
  onTestFinished(wake);
  await Promise.race(runs.map((run) => run.printed(/^locked$/m)));
  for (const { what, which, after } of plan.faults) {
    await sleep(after);
    await happen(what, which, cell, runs, paused);
  }
  wake();
  cell.proxy.recover();
  const said: string[] = [];
  for (const run of runs) {
    const { code, stderr } = await run.end;
    said.push(`${code}\n${stderr}`);
  }
  const taken = readFileSync(`${cell.lock}.taken`, { encoding: "utf8", flag: "a+" })
    .split("\n")
    .filter(Boolean)
    .map(Number);
  const unexplained = taken.filter((id) => !cell.forced.some((forced) => forced < id));
  expect(unexplained, said.join("\n")).toEqual([]);
  cell.forced.length = 0;
  rmSync(`${cell.lock}.taken`);
}

/** The lock is tried once: flock(1) does not wait with -n. */
function deploy(url: string, { index, lock }: Pick<Cell, "index" | "lock">, work: string): RunningCli {
  const script = `exec 9>"$0"; flock -n 9 || echo "$DEPLOY_QUEUE_DEPLOYMENT_ID" >>"$0.taken"; echo locked; ${work}`;
  return startCli(
    [
      ...["run", "--environment", "locked", "--provider", "aws", "--region", "r", "--cell-index", String(index)],
      ...["--component", "api", "--grace-period", "1s", "--outage-timeout", "20s", "--", "sh", "-c", script, lock],
    ],
    { DEPLOY_QUEUE_DATABASE_URL: url },
  );
}

async function happen(
  what: (typeof faults)[number],
  which: number,
  { server, queue, proxy, index, forced, unwatched }: Cell,
  runs: readonly RunningCli[],
  paused: Set<RunningCli>,
): Promise<void> {
  const living = runs.filter(({ process }) => process.exitCode === null && process.signalCode === null);
  const keeper = living[which % living.length];
  if (keeper === undefined) return;
  const { process: child } = keeper;
  const id = Number(/deployment (\d+) /.exec(keeper.stderr())?.[1] ?? 0);
  switch (what) {
    case "cancel":
    case "force": {
      if (what === "force") forced.push(id);
      // It may have ended meanwhile, and the server may be away for another cell's sake.
      if (id !== 0) await queue.cancel(id, "a fault", { force: what === "force" }).catch(() => undefined);
      return;
    }
    case "kill":
      if (unwatched.has(keeper)) forced.push(id);
      child.kill("SIGKILL");
      return;
    case "kill watchdog":
      unwatched.add(keeper);
      if (paused.has(keeper)) forced.push(id);
      for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, "SIGKILL");
      return;
    case "pause":
    case "long pause":
      paused.add(keeper);
      if (unwatched.has(keeper)) forced.push(id);
      child.kill("SIGSTOP");
      await sleep(what === "pause" ? 300 : 5_000);
      return;
    case "cut":
      proxy.cut();
      return;
    case "silence":
      proxy.silence();
      await sleep(which % 2 === 0 ? 500 : 5_000);
      proxy.recover();
      return;
    case "policy":
      await queue.environments.set("locked", { heartbeatTimeout: 3 + (which % 3) }).catch(() => undefined);
      return;
    case "crash":
      // One for all, since each cell suffers from it.
      if (index !== 0) return;
      await server.crash();
      await sleep(which * 5);
      await server.restart();
  }
}
