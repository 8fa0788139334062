// A primary that waits for a synchronous standby takes no writes: every commit hangs until one is there.
import { expect, onTestFinished, test } from "vitest";
import { startCli } from "../support/cli.js";
import { gatedCommand, useDirectory } from "../support/commandLine.js";
import { openClient } from "../support/database.js";
import { startOwnServer } from "../support/ownServer.js";
import { shiftableClock } from "../support/shiftableClock.js";
import { until } from "../support/until.js";

const directory = useDirectory();

test("commits that hang for longer than the leases cost nobody alive the place; the dead are reaped a minute later", async () => {
  const server = await startOwnServer();
  const queue = server.openQueue();
  const sql = openClient(new URL(server.url));
  onTestFinished(() => sql.end());
  await sql`set synchronous_commit = local`;
  await sql.unsafe(shiftableClock);
  const pass = (time: string) => sql`update test.clock set shift = shift + ${time}::interval`;
  const standBy = async (name: string): Promise<void> => {
    await sql.unsafe(`alter system set synchronous_standby_names = '${name}'`);
    await sql`select pg_reload_conf()`;
  };
  const hanging = async (): Promise<number> => {
    const rows = await sql`
      select from pg_stat_activity
      where wait_event = 'SyncRep' and application_name like 'deploy-queue run%'`;
    return rows.length;
  };
  const run = (region: string, ...command: readonly string[]) => {
    const cell = ["--environment", "dev", "--provider", "aws", "--region", region, "--cell-index", "1"];
    return startCli(["run", ...cell, "--component", "api", "--on-lost-contact", "continue", "--", ...command], {
      DEPLOY_QUEUE_DATABASE_URL: server.url,
    });
  };
  await queue.environments.set("dev", { heartbeatTimeout: 6 });
  const { command, open } = gatedCommand(directory);
  const holder = run("alive", ...command);
  await holder.printed(/^ready$/m);
  const waiter = run("alive", "true");
  await waiter.printed(/waits|position/);
  const place = { environment: "dev", cloudProvider: "aws", region: "dead", cellIndex: 1 };
  const { id: dead } = await queue.enqueue({ ...place, component: "dead" }, { heartbeat: true, start: true });
  const next = run("dead", "true");
  await next.printed(/waits|position/);
  const live = () => sql<{ id: number; status: string; beaten: boolean }[]>`
    select id, status, alive_until > deploy_queue._now() as beaten from deploy_queue.deployments_with_status order by id`;
  const statuses = async () => (await live()).map(({ status }) => status);
  const reap = () => sql`select from deploy_queue.reap_stale_deployments()`;

  await standBy("missing");
  await until("a commit of each command hangs", async () => (await hanging()) === 3);
  await pass("16 minutes");
  await standBy("");
  await until("no commit hangs any more", async () => (await hanging()) === 0);
  await reap();
  expect(await statuses()).toEqual(["running", "queued", "running", "queued"]);

  await until("all that live have sent a heartbeat", async () =>
    (await live()).every(({ id, beaten }) => beaten || id === dead),
  );
  await reap();
  expect(await statuses()).toEqual(["running", "queued", "running", "queued"]);
  await pass("61 seconds");
  expect((await next.end).code).toBe(0);
  expect((await queue.deployment(dead)).cancellation_note).toMatch(/no heartbeat since/);
  expect((await statuses()).slice(0, 2)).toEqual(["running", "queued"]);
  open();
  expect([(await holder.end).code, (await waiter.end).code]).toEqual([0, 0]);
  expect(await queue.history.verify()).toEqual([]);
});
