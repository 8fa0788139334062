import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import postgres from "postgres";
import { expect } from "vitest";
import type { Queue } from "../../src/queue/queue.js";
import { type RunningCli, startCli } from "../support/cli.js";
import { gatedCommand } from "../support/commandLine.js";
import { type OwnServer, startOwnServer } from "../support/ownServer.js";
import { type Proxy as FaultyProxy, startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const heartbeatTimeout = 4;
const phrase = "into-the-storm";

/** What happens to the processes, their connections and the server. */
const kinds = ["kill a holder", "kill a waiter", "terminate", "delay", "silence", "cut", "crash"] as const;
type Fault = (typeof kinds)[number];

const fault = (what: fc.Arbitrary<Fault>) =>
  fc.record({
    what,
    /** Which of them. */
    which: fc.nat({ max: 10_000 }),
    /** Milliseconds, of the fault or until the next one. */
    pause: fc.integer({ min: 100, max: 700 }),
  });

const gusts = fc.array(
  fault(fc.constantFrom("kill a holder", "kill a waiter", "terminate", "terminate", "cut", "delay", "silence")),
  { minLength: 9, maxLength: 9 },
);
const crash = fault(fc.constant("crash"));

/** One of each kind while all processes are there, so that each hits one. */
const short = fc.tuple(...kinds.map((kind) => fault(fc.constant(kind))));
/** Then many, in an order that the seed gives again. */
const long = fc
  .tuple(short, gusts, crash, gusts, crash)
  .map(([first, one, crashed, other, crashedAgain]) => [...first, ...one, crashed, ...other, crashedAgain]);

export interface Storms {
  readonly seed: number;
  readonly storms: number;
  /** Processes of each cell. */
  readonly depth: number;
  readonly cells: number;
  /** Whether many faults follow the first of each kind. */
  readonly isLong: boolean;
  /** For files that last as long as a storm. */
  readonly directory: string;
}

/** Lets processes deploy in storms of faults, one storm after the other, and expects a history without a flaw. */
export async function outlastStorms(options: Storms): Promise<void> {
  const server = await startOwnServer();
  const plans = options.isLong ? long : short;
  for (const plan of fc.sample(plans, { seed: options.seed, numRuns: options.storms })) {
    await storm(server, plan, options);
  }
}

interface Blow {
  readonly what: Fault;
  readonly which: number;
  readonly pause: number;
}

async function storm(server: OwnServer, plan: readonly Blow[], { depth, cells, directory }: Storms): Promise<void> {
  const processes = depth * cells;
  const proxy = await startProxy(server.url);
  const queue = server.openQueue();
  await queue.environments.set("stormy", {
    ...{ bufferTime: 0.3, heartbeatTimeout, confirmation: phrase, approvals: 1 },
    ...{ requireChecks: ["e2e"], requireVerification: true },
  });
  await reportCheck(queue, true);
  const stopApproving = await startApproving(server, queue);
  for (let cellIndex = 0; cellIndex < cells; cellIndex += 1) {
    const cell = { environment: "stormy", cloudProvider: "aws", region: "r", cellIndex };
    await queue.environments.addCell(cell);
    await queue.environments.setCell(cell, 1 + (cellIndex % 2));
  }
  const { command, open } = gatedCommand(directory);
  const runs: RunningCli[] = [];
  for (let index = 0; index < processes; index += 1) {
    // The last are the first in line.
    runs.push(run(proxy.url, index % cells, command, processes - index));
    // All at once they would leave no time to the other tests that run meanwhile.
    if (index % cells === cells - 1) await Promise.all(runs.slice(-cells).map(entered));
  }
  await Promise.all(runs.slice(0, cells).map((holder) => holder.printed(/^ready$/m)));

  // Those that wait hear in the storm that they need it anew.
  await reportCheck(queue, false);
  const weather: Weather = { server, proxy, runs, killed: new Set() };
  const happened = new Map<Fault, number>();
  const calmDown = async () => {
    open();
    await reportCheck(queue, true);
  };
  for (const [index, { what, which, pause }] of plan.entries()) {
    if (index === kinds.length) await calmDown();
    happened.set(what, (happened.get(what) ?? 0) + (await happen(what, which, pause, weather)));
  }
  await calmDown();
  expect(kinds.filter((kind) => !happened.get(kind))).toEqual([]);

  // Who comes after the storm finds everything in order.
  const late = Array.from({ length: cells }, (_, cell) => run(server.url, cell, command, 0));
  for (const cli of [...runs, ...late]) {
    const { code, stderr } = await cli.end;
    expect(late.includes(cli) ? [0] : weather.killed.has(cli) ? [null, 0, 5, 7] : [0, 5, 7], stderr).toContain(code);
    expect(stderr).not.toMatch(/^ +at /m);
    // A process that was away for longer than the heartbeat timeout has lost its place, and no process for another reason.
    if (code === 7) expect(stderr).toContain("had no contact to the database for nearly as long as its lease");
    if (code === 5) {
      const { cancellation_note } = await queue.deployment(await entered(cli));
      expect(cancellation_note, stderr).toMatch(/^reaped by .*: no heartbeat since /);
    }
  }
  await until("what the killed have left is reaped", async () => {
    await queue.upkeep.reapStaleDeployments();
    return (await liveOnes(queue)) === 0;
  });
  await stopApproving();
  expect(await queue.history.verify()).toEqual([]);
}

/** Whether what all of them deploy may start. */
async function reportCheck(queue: Queue, passed: boolean): Promise<void> {
  const report = { component: "api", version: "v1", name: "e2e", passed };
  await until("the check is reported", () => queue.checks.report(report).catch(() => undefined));
}

/** Approves what waits until it is told to stop, as a person whose connection breaks whenever the server crashes. */
async function startApproving(server: OwnServer, queue: Queue): Promise<() => Promise<void>> {
  await queue.roles.create();
  await queue.database.query((sql) =>
    sql.unsafe(`
    do $$ begin
      if to_regrole('storm_approver') is null then
        create role storm_approver login password 'storm' in role deploy_queue_approver;
      end if;
    end $$`),
  );
  const url = new URL(server.url);
  [url.username, url.password] = ["storm_approver", "storm"];
  const connection = { "deploy_queue.actor": "ann" };
  const sql = postgres(url.href, { max: 1, connection, onnotice: () => undefined });
  const approve = async () => {
    const wanted = await sql`select deployment_id as id from deploy_queue.wanted_approvals where is_mine`;
    for (const { id } of wanted) await sql`select deploy_queue.approve(${id})`;
  };
  const over = new AbortController();
  const approving = (async () => {
    while (!over.signal.aborted) {
      // What has ended meanwhile is refused, and a server that is down answers nothing: it looks again.
      await approve().catch(() => undefined);
      await sleep(50);
    }
    await sql.end({ timeout: 1 });
  })();
  return async () => {
    over.abort();
    await approving;
  };
}

/** Returns the id with which it is in the line. */
async function entered(cli: RunningCli): Promise<number> {
  const [, id] = await cli.printed(/deployment (\d+) .*(entered the line|is there already|started)/);
  return Number(id);
}

/** A deployment to one of the cells: a second, from the time on that the gate is open. */
function run(url: string, cell: number, gate: readonly string[], sequence: number): RunningCli {
  return startCli(
    [
      ...["run", "--environment", "stormy", "--provider", "aws", "--region", "r", "--cell-index", String(cell)],
      ...[
        "--sequence",
        String(sequence),
        "--component",
        "api",
        "--version",
        "v1",
        "--confirm",
        phrase,
        "--verify",
        "true",
        "--grace-period",
        "1s",
        "--",
        "sh",
        "-c",
        '"$@"; sleep 1',
        "sh",
        ...gate,
      ],
    ],
    { DEPLOY_QUEUE_DATABASE_URL: url },
  );
}

interface Weather {
  readonly server: OwnServer;
  readonly proxy: FaultyProxy;
  readonly runs: readonly RunningCli[];
  readonly killed: Set<RunningCli>;
}

/** Returns how many processes, connections or servers it has hit, when it is over. */
async function happen(fault: Fault, which: number, pause: number, weather: Weather): Promise<number> {
  const hit = await begin(fault, which, weather);
  await sleep(pause);
  if (fault === "crash") await weather.server.restart();
  weather.proxy.recover();
  return hit;
}

async function begin(fault: Fault, which: number, weather: Weather): Promise<number> {
  const { server, proxy } = weather;
  const connections = proxy.connections();
  switch (fault) {
    case "kill a holder":
    case "kill a waiter":
      return kill(fault === "kill a holder", which, weather);
    case "terminate":
      return terminate(server, which);
    case "cut":
      proxy.cut();
      return connections;
    case "silence":
      proxy.silence();
      return connections;
    case "delay":
      proxy.delay(150);
      return connections;
    case "crash":
      await server.crash();
      return 1;
  }
}

/** Of those whose command has begun, or of the others; of both together a third of the processes at most. */
function kill(holders: boolean, which: number, { runs, killed }: Weather): number {
  const choice = runs.filter(
    ({ process, stdout }) =>
      process.exitCode === null && process.signalCode === null && /^ready$/m.test(stdout()) === holders,
  );
  const victim = choice[which % choice.length];
  if (victim === undefined || killed.size >= runs.length / 3) return 0;
  killed.add(victim);
  victim.process.kill("SIGKILL");
  return 1;
}

async function terminate(server: OwnServer, which: number): Promise<number> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  const terminated = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'deploy-queue run' order by pid offset ${which % 5} limit 5`.catch(() => []);
  await sql.end({ timeout: 1 });
  return terminated.length;
}

/** How many deployments have not ended. */
export async function liveOnes(queue: Queue): Promise<number> {
  const rows = await queue.database.query(
    (sql) => sql`
      select from deploy_queue.deployments where finish_timestamp is null and cancellation_timestamp is null`,
  );
  return rows.length;
}
