import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Queue } from "../../src/queue/queue.js";
import { type RunningCli, startCli } from "../support/cli.js";
import { openClient, useDatabase } from "../support/database.js";
import { type OwnServer, startOwnServer } from "../support/ownServer.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const database = useDatabase();

function start(url: string, region: string, ...more: readonly string[]): RunningCli {
  const location = ["--environment", "dev", "--provider", "aws", "--region", region, "--cell-index", "1"];
  return startCli(["start", ...location, "--component", "api", ...more], { DEPLOY_QUEUE_DATABASE_URL: url });
}

async function holdCell(queue: Queue, region: string): Promise<number> {
  const { id } = await queue.enqueue({
    environment: "dev",
    cloudProvider: "aws",
    region,
    cellIndex: 1,
    component: "holder",
  });
  await queue.tryStart(id);
  return id;
}

/** Starts waiters one after the other, so that they stand in this order. */
async function line(count: number, url: string, region: string, ...more: readonly string[]): Promise<RunningCli[]> {
  const waiters: RunningCli[] = [];
  for (let index = 0; index < count; index += 1) {
    const waiter = start(url, region, ...more);
    await waiter.printed(/waits/);
    waiters.push(waiter);
  }
  return waiters;
}

/** Lets all waiters in, one after the other, and returns the ids in the order of their starts. */
async function drain(queue: Queue, holder: number, waiters: readonly RunningCli[]): Promise<number[]> {
  const ids: number[] = [];
  let running = holder;
  for (const waiter of waiters) {
    await queue.finish(running);
    const { code, stdout, stderr } = await waiter.end;
    expect(stderr).not.toMatch(/unhandled|\n\s+at /i);
    expect(code).toBe(0);
    running = Number(stdout);
    ids.push(running);
  }
  return ids;
}

test("five waiters keep their places when every backend is terminated, again and again", async () => {
  const holder = await holdCell(database.queue, "terminated");
  const waiters = await line(5, database.url, "terminated");
  for (let round = 0; round < 3; round += 1) {
    const before = await backends();
    await database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'deploy-queue start'`;
    await until("all five are back", async () => {
      const now = await backends();
      return now.length === 5 && now.every((pid) => !before.includes(pid));
    });
  }
  const ids = await drain(database.queue, holder, waiters);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  await expectOneStartEach(database.queue, ids);
});

async function backends(): Promise<number[]> {
  const rows = await database.sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'deploy-queue start'`;
  return rows.map(({ pid }) => pid);
}

async function expectOneStartEach(queue: Queue, ids: readonly number[]): Promise<void> {
  const starts = await queue.database.query<{ deployment_id: number }>(
    (sql) => sql`
      select deployment_id from deploy_queue.deployment_events
      where kind = 'started' and deployment_id = any (${[...ids]}::bigint[]) order by id`,
  );
  expect(starts.map(({ deployment_id }) => deployment_id)).toEqual(ids);
  expect(await queue.history.verify()).toEqual([]);
}

test("waiters outlast a crash of PostgreSQL that takes longer than their heartbeats may, and say so", async () => {
  const server = await startOwnServer();
  const queue = server.openQueue();
  await queue.environments.set("dev", { heartbeatTimeout: 15 });
  const holder = await holdCell(queue, "crash");
  const waiters = await line(3, server.url, "crash");
  await server.crash();
  await Promise.all(waiters.map((waiter) => waiter.printed(/cannot be reached.*trying again/)));
  await downFor(server, 20_000);
  await Promise.all(waiters.map((waiter) => waiter.printed(/the queue answers again/)));
  const ids = await drain(queue, holder, waiters);
  await expectOneStartEach(queue, ids);
});

/** An outage has a length; this is the one place where a test has to let time pass. */
async function downFor(server: OwnServer, milliseconds: number): Promise<void> {
  await sleep(milliseconds);
  await server.restart();
}

test("a waiter gives up with exit code 7 when the database does not come back", async () => {
  const server = await startOwnServer();
  await holdCell(server.openQueue(), "gone");
  const [waiter] = await line(1, server.url, "gone", "--outage-timeout", "1s");
  await server.crash();
  const { code, stderr } = (await waiter?.end) ?? {};
  expect(stderr).toMatch(/trying again/);
  expect(code).toBe(7);
});

test("a command that begins, finishes or cancels while the database is away waits for it", async () => {
  const server = await startOwnServer();
  const queue = server.openQueue();
  const [one, other] = [await holdCell(queue, "one"), await holdCell(queue, "other")];
  await server.crash();
  const commands = [
    start(server.url, "third"),
    startCli(["finish", String(one)], { DEPLOY_QUEUE_DATABASE_URL: server.url }),
    startCli(["cancel", "deployment", String(other)], { DEPLOY_QUEUE_DATABASE_URL: server.url }),
  ];
  await Promise.all(commands.map((command) => command.printed(/cannot be reached.*trying again/)));
  await server.restart();
  const ends = await Promise.all(commands.map(({ end }) => end));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  const rows = await Promise.all([Number(ends[0]?.stdout), one, other].map((id) => queue.deployment(id)));
  expect(rows.map(({ status }) => status)).toEqual(["running", "finished", "cancelled"]);
  expect(await queue.history.verify()).toEqual([]);
});

test("a client that is not let in ends with exit code 7 at once", async () => {
  const stranger = database.url.replace(/\/\/[^@]+@/, "//no_such_role:secret@");
  expect((await start(stranger, "stranger").end).code).toBe(7);
});

test("a waiter finds out that its connection has gone silent, and starts over a new one", async () => {
  await database.sql`update deploy_queue.environments set heartbeat_timeout = '6s' where environment = 'dev'`;
  const holder = await holdCell(database.queue, "silent");
  const proxy = await startProxy(database.url);
  const [waiter] = await line(1, proxy.url, "silent");
  // Its first probe for delivery is over.
  await until("the waiter is alone", async () => (await backends()).length === 1);
  proxy.silence();
  // It is not reaped meanwhile: the heartbeats of the silent time are forgiven until then.
  await database.sql`update deploy_queue.environments set heartbeat_timeout = '15min' where environment = 'dev'`;
  await database.queue.finish(holder);
  await waiter?.printed(/did not answer within/);
  proxy.recover();
  const { code } = (await waiter?.end) ?? {};
  expect(code).toBe(0);
  expect(await database.queue.history.verify()).toEqual([]);
});

test("a cut connection costs a waiter neither its place nor its turn", async () => {
  const holder = await holdCell(database.queue, "cut");
  const proxy = await startProxy(database.url);
  const waiters = await line(2, proxy.url, "cut");
  proxy.cut();
  const ids = await drain(database.queue, holder, waiters);
  await expectOneStartEach(database.queue, ids);
});

test("waiters follow a fail-over to the promoted standby", async () => {
  const primary = await startOwnServer();
  const standby = await primary.standby();
  const queue = standby.openQueue();
  const reader = openClient(new URL(standby.url));
  onTestFinished(() => reader.end());
  const holder = await holdCell(primary.openQueue(), "failover");
  const both = primary.url.replace(/@([^/]+)/, (_, host: string) => `@${host},${new URL(standby.url).host}`);
  const waiters = await line(2, both, "failover");
  await until("the standby has it all", async () => {
    const [row] = await reader<{ count: number }[]>`
      select count(*) from deploy_queue.deployments where region = 'failover'`;
    return row?.count === 3;
  });
  await primary.crash();
  const [promotion] = await reader<{ moment: Date }[]>`select clock_timestamp() as moment from pg_promote()`;
  // One that is quick to follow has no outage to tell of.
  await until("the new primary hears both", async () => {
    const [row] = await reader<{ count: number }[]>`
      select count(*) from deploy_queue.deployments
      where region = 'failover' and heartbeat_timestamp > ${promotion?.moment ?? new Date()}`;
    return row?.count === 2;
  });
  const ids = await drain(queue, holder, waiters);
  await expectOneStartEach(queue, ids);
});
