import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import postgres from "postgres";
import { expect, test } from "vitest";
import type { Queue } from "../../src/queue/queue.js";
import { type RunningCli, startCli } from "../support/cli.js";
import { gatedCommand, useDirectory } from "../support/commandLine.js";
import { type OwnServer, startOwnServer } from "../support/ownServer.js";
import { type Proxy as FaultyProxy, startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

/** npm run test:soak has more of them. */
const storms = Number(process.env["DEPLOY_QUEUE_STORMS"] ?? 1);
const seed = Number(process.env["DEPLOY_QUEUE_STORM_SEED"] ?? randomInt(2 ** 31));

const directory = useDirectory();
const processes = 30;
const cells = 5;
const crashes = 3;
const heartbeatTimeout = 4;

/** What happens to the processes, their connections and the server, in a random order that the seed gives again. */
type Fault = "kill" | "kill" | "terminate" | "cut" | "delay" | "silence" | "crash";

const faults = fc.array(
  fc.record({
    fault: fc.constantFrom<Fault>("kill", "kill", "terminate", "terminate", "cut", "delay", "silence"),
    /** Which process, and how many milliseconds later the next fault comes. */
    which: fc.nat({ max: 10_000 }),
    pause: fc.integer({ min: 100, max: 700 }),
  }),
  { minLength: 24, maxLength: 24 },
);

test(`${processes} processes in a storm of faults from seed ${seed} leave a history without a flaw`, {
  timeout: storms * 180_000,
}, async () => {
  const server = await startOwnServer();
  for (const plan of fc.sample(faults, { seed, numRuns: storms })) {
    await storm(server, plan);
  }
});

async function storm(server: OwnServer, plan: ReturnType<typeof faults.generate>["value"]): Promise<void> {
  const proxy = await startProxy(server.url);
  const queue = server.openQueue();
  await queue.setEnvironment("stormy", { bufferTime: 0.3, heartbeatTimeout });
  const { command, open } = gatedCommand(directory);
  const runs: RunningCli[] = [];
  for (let index = 0; index < processes; index += 1) {
    const started = run(proxy.url, index % cells, command);
    runs.push(started);
    // All at once they would leave no time to the other tests that run meanwhile.
    if (index % cells === cells - 1) await started.printed(/entered the line/, 60_000);
  }
  open();

  const killed = new Set<RunningCli>();
  for (const [index, { fault, which, pause }] of plan.entries()) {
    if (index % (plan.length / crashes) === plan.length / crashes - 1) {
      await server.crash();
      await sleep(pause);
      await server.restart();
    }
    const alive = runs.filter(({ process }) => process.exitCode === null && process.signalCode === null);
    const victim = alive[which % alive.length];
    if (fault === "kill" && victim !== undefined && killed.size < processes / 3) {
      killed.add(victim);
      victim.process.kill("SIGKILL");
    }
    await happen(fault, which, server, proxy);
    await sleep(pause);
    proxy.recover();
  }

  const codes: (number | null)[] = [];
  for (const cli of runs) {
    const { code, stderr } = await cli.end;
    // Whoever was away for longer than the heartbeat timeout has lost its place, and says so.
    expect(killed.has(cli) ? [null, 0, 5] : [0, 5], stderr).toContain(code);
    expect(stderr).not.toMatch(/^ +at /m);
    codes.push(code);
  }
  await until("what the killed have left is reaped", async () => {
    await queue.reapStaleDeployments();
    return (await liveOnes(queue)) === 0;
  });
  expect(await queue.verifyHistory()).toEqual([]);
  expect(codes.filter((code) => code === 0).length).toBeGreaterThan(processes / 6);
}

/** A deployment to one of the cells: a second, from the time on that the gate is open. */
function run(url: string, cell: number, gate: readonly string[]): RunningCli {
  return startCli(
    [
      ...["run", "--environment", "stormy", "--provider", "aws", "--region", "r", "--cell-index", String(cell)],
      ...["--component", "api", "--grace-period", "1s", "--", "sh", "-c", '"$@"; sleep 1', "sh", ...gate],
    ],
    { DEPLOY_QUEUE_DATABASE_URL: url },
  );
}

async function happen(fault: Fault, which: number, server: OwnServer, proxy: FaultyProxy): Promise<void> {
  switch (fault) {
    case "terminate": {
      const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'deploy-queue run' order by pid offset ${which % 5} limit 5`.catch(() => undefined);
      await sql.end({ timeout: 1 });
      return;
    }
    case "cut":
      return proxy.cut();
    case "silence":
      return proxy.silence();
    case "delay":
      return proxy.delay(150);
    default:
      return;
  }
}

async function liveOnes(queue: Queue): Promise<number> {
  const rows = await queue.database.query(
    (sql) => sql`
      select from deploy_queue.deployments where finish_timestamp is null and cancellation_timestamp is null`,
  );
  return rows.length;
}
