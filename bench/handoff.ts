import { spawn } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Database } from "../src/database/database.js";
import type { Queue } from "../src/queue/queue.js";
import { waitForStart } from "../src/queue/waiting.js";
import { type BenchServer, type Figure, percentile } from "./support.js";

/** A predecessor that polls every 5 s sees a free cell after 2.5 s on average. */
const pollingMilliseconds = 2_500;
const rounds = 200;
/** Between two hand-offs, so that each begins in peace, as in life. */
const idleMilliseconds = 20;

/** From finish being sent to the next start being committed, as the next in line sees it. */
export async function handoff(server: BenchServer): Promise<Figure[]> {
  const figures: Figure[] = [];
  await server.sql.unsafe("create table floor (id integer primary key, value integer not null)");
  await server.sql.unsafe("insert into floor values (1, 0), (2, 0)");
  const floor = await measureFloor(server, 0);
  for (const [waiters, connections, p50Target, p99Target] of [
    [1, 1, "≤ 2.5 ×", "≤ 4 ×"],
    [50, 1, "", ""],
    [200, 1, "≤ 4 ×", ""],
    [50, 50, "", ""],
    [200, 200, "", ""],
  ] as const) {
    const samples = await measureWaiters(server, waiters, connections);
    const what = `${waiters} waiting on ${connections === 1 ? "one connection" : `${connections} connections`}`;
    for (const [share, name, target] of [
      [0.5, "p50", p50Target],
      [0.99, "p99", p99Target],
    ] as const) {
      figures.push({
        what: `${what}, ${name}, beside UPDATE + NOTIFY + UPDATE`,
        figure: percentile(samples, share),
        beside: percentile(floor, share),
        unit: "ms",
        target,
      });
    }
    if (connections > 1) {
      // PostgreSQL up to 18 wakes every listening backend at every NOTIFY.
      figures.push({
        what: `${what}, p50, beside the same with as many other listeners`,
        figure: percentile(samples, 0.5),
        beside: percentile(await measureFloor(server, connections - 1), 0.5),
        unit: "ms",
        target: "",
      });
    }
    if (waiters === 1) {
      figures.push({
        what: `${what}, p50, beside polling every 5 s`,
        figure: percentile(samples, 0.5),
        beside: pollingMilliseconds,
        unit: "ms",
        target: "",
      });
    }
  }
  const processes = await measureProcesses(server);
  figures.push({
    what: "start process: finish returned → process exited, p50",
    figure: percentile(processes, 0.5),
    beside: undefined,
    unit: "ms",
    target: "≤ 60 ms",
  });
  return figures;
}

async function measureFloor({ url }: BenchServer, bystanders: number): Promise<number[]> {
  const listeners = Array.from({ length: bystanders }, () => new Database({ url, applicationName: "bench" }));
  for (const [index, listener] of listeners.entries()) {
    await listener.listen(`bystander_${index}`);
  }
  const waiter = new Database({ url, applicationName: "bench" });
  const finisher = new Database({ url, applicationName: "bench" });
  await waiter.listen("floor");
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(idleMilliseconds);
    const claimed = new Promise<void>((resolve, reject) => {
      const stop = waiter.onWakeUp("floor", () => {
        stop();
        waiter.query((tag) => tag`update floor set value = value + 1 where id = 2`).then(() => resolve(), reject);
      });
    });
    const began = performance.now();
    await Promise.all([
      finisher.query(
        (tag) => tag`with done as (update floor set value = value + 1 where id = 1) select pg_notify('floor', '')`,
      ),
      claimed,
    ]);
    samples.push(performance.now() - began);
  }
  await Promise.all([waiter, finisher, ...listeners].map((database) => database.close()));
  return samples;
}

async function measureWaiters(server: BenchServer, waiters: number, connections: number): Promise<number[]> {
  const location = {
    environment: "dev",
    cloudProvider: "bench",
    region: `handoff-${waiters}-${connections}`,
    cellIndex: 0,
    component: "api",
  };
  const operator = server.openQueue();
  const queues = Array.from({ length: connections }, () => server.openQueue());
  const first = await operator.enqueue(location);
  await operator.tryStart(first.id);

  // Everybody who was served joins the line again, at its end.
  let holder = first.id;
  let startedAt = 0;
  let served = (): void => undefined;
  const leave = new AbortController();
  setMaxListeners(0, leave.signal);
  const line: { readonly queue: Queue; readonly started: Promise<void> }[] = [];
  const join = async (queue: Queue): Promise<void> => {
    const { id } = await queue.enqueue(location, { heartbeat: true });
    let fellAsleep = (): void => undefined;
    const asleep = new Promise<void>((resolve) => {
      fellAsleep = resolve;
    });
    const options = { heartbeat: true, signal: leave.signal, onWaiting: () => fellAsleep() };
    const started = waitForStart(queue, id, options).then(() => {
      startedAt = performance.now();
      holder = id;
      served();
    });
    line.push({ queue, started });
    await asleep;
  };
  while (line.length < waiters) {
    for (const queue of queues) {
      await join(queue);
    }
  }
  // The probes for delivery are over.
  await sleep(500);

  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(idleMilliseconds);
    const next = line.shift();
    const done = new Promise<void>((resolve) => {
      served = resolve;
    });
    const began = performance.now();
    await Promise.all([operator.finish(holder), done]);
    samples.push(startedAt - began);
    if (next !== undefined) {
      await join(next.queue);
      // Its probe for delivery, with a connection of its own, is over too.
      await sleep(80);
    }
  }
  leave.abort();
  await Promise.all(line.map(({ started }) => started));
  await Promise.all(queues.map((queue) => queue.database.close()));
  await operator.database.close();
  return samples;
}

async function measureProcesses(server: BenchServer): Promise<number[]> {
  const location = {
    environment: "dev",
    cloudProvider: "bench",
    region: "handoff-cli",
    cellIndex: 0,
    component: "api",
  };
  const operator = server.openQueue();
  const holder = await operator.enqueue(location);
  await operator.tryStart(holder.id);
  let running = holder.id;
  const samples: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const flags = [
      "--environment",
      "dev",
      "--provider",
      "bench",
      "--region",
      "handoff-cli",
      "--cell-index",
      "0",
      "--component",
      "api",
    ];
    const child = spawn(process.execPath, [join(import.meta.dirname, "../dist/cli.js"), "start", ...flags], {
      env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: server.url },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.resume();
    const id = Number(String((await once(child.stdout, "data"))[0]));
    // Until it sleeps: the connection has been idle for a moment.
    await sleep(300);
    const exited = once(child, "exit");
    await operator.finish(running);
    const began = performance.now();
    await exited;
    samples.push(performance.now() - began);
    running = id;
  }
  await operator.database.close();
  return samples;
}
