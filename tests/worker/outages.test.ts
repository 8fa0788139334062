import { expect, test } from "vitest";
import { type RunningCli, startCli } from "../support/cli.js";
import { useCommandLine } from "../support/commandLine.js";
import { type OwnServer, startOwnServer } from "../support/ownServer.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";
import { startWorker, stopsInTime } from "../support/worker.js";

const line = useCommandLine();

const launch = (url: string): RunningCli => startCli(["worker"], { DEPLOY_QUEUE_DATABASE_URL: url });
const launchOn = (url: string) => startWorker({ launch: () => launch(url) });

test("stops in time when it is asked to", async () => {
  await stopsInTime(await startWorker(line));
});

test("stops in time while the network is silent", async () => {
  const proxy = await startProxy(line.url);
  const worker = await launchOn(proxy.url);
  proxy.silence();
  await stopsInTime(worker);
});

test("stops in time while it is not yet connected", async () => {
  const proxy = await startProxy(line.url);
  proxy.silence();
  const worker = launch(proxy.url);
  await until("it has tried to connect", () => proxy.connections() > 0);
  await stopsInTime(worker);
});

test("outlasts a server that crashes, and goes on when it is back", async () => {
  const server = await startOwnServer();
  const worker = await launchOn(server.url);
  await server.crash();
  await worker.printed(/cannot be reached.*trying again/);
  await server.restart();
  await worker.printed(/the queue answers again[\s\S]*works until it is stopped/);
  await reapsSomething(server).catch((error: unknown) => {
    throw new Error(`the worker said:\n${worker.stderr()}`, { cause: error });
  });
  await stopsInTime(worker);
});

test("waits for a server that is not there yet, and stops in time while it does", async () => {
  const server = await startOwnServer();
  await server.crash();
  const early = launch(server.url);
  const other = launch(server.url);
  await early.printed(/cannot be reached.*trying again/);
  await other.printed(/cannot be reached.*trying again/);
  await stopsInTime(other);
  await server.restart();
  await early.printed(/works until it is stopped/);
});

test("goes on when every connection was cut", async () => {
  const proxy = await startProxy(line.url);
  const worker = await launchOn(proxy.url);
  await until("it listens", async () => {
    const listening = await line.sql`
      select from pg_stat_activity where datname = current_database() and query like 'LISTEN%jobs:insert%'`;
    return listening.length > 0;
  });
  proxy.cut();
  await reapsSomething(line).catch((error: unknown) => {
    throw new Error(`the worker said:\n${worker.stderr()}`, { cause: error });
  });
  await stopsInTime(worker);
});

test("shows the failures of a task, and does not pile them up", async () => {
  const worker = await startWorker(line);
  const failures = () => worker.stderr().match(/ERROR: detect_outliers failed: .*nowhere/g)?.length ?? 0;
  await line.sql.unsafe(`
    create or replace function deploy_queue.detect_outliers() returns setof deploy_queue.outliers
    language plpgsql volatile set search_path = pg_catalog, pg_temp
    as $$ begin raise exception 'nowhere to write'; end $$`);
  for (const round of [1, 2, 3]) {
    await line.sql`
      select deploy_queue_worker.add_job('detect_outliers', max_attempts => 1, job_key => 'detect_outliers')`;
    await until(`it has failed ${round} times and no job is left`, async () => {
      // Of other tasks there may be one that a cut worker had taken; it stays locked for some hours.
      const jobs = await line.sql`select from deploy_queue_worker.jobs where task_identifier = 'detect_outliers'`;
      return failures() >= round && jobs.length === 0;
    });
  }
  expect(worker.process.exitCode).toBeNull();
});

async function reapsSomething(server: Pick<OwnServer, "openQueue">): Promise<void> {
  const queue = server.openQueue();
  await queue.environments.set("impatient", { heartbeatTimeout: 1 });
  const { id } = await queue.enqueue(
    { environment: "impatient", cloudProvider: "aws", region: "here", cellIndex: 0, component: "api" },
    { heartbeat: true },
  );
  await until("it is reaped", async () => {
    await queue.database.query((sql) => sql`select deploy_queue_worker.add_job('reap_stale_deployments')`);
    return (await queue.deployment(id)).status === "cancelled";
  });
}
