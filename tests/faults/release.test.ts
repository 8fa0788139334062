import { expect, test } from "vitest";
import { startCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { startOwnServer } from "../support/ownServer.js";
import { startProxy } from "../support/proxy.js";
import { openSession } from "../support/session.js";
import { until } from "../support/until.js";

const database = useDatabase();

const release = (id: number, url: string) =>
  startCli(["release", String(id), "--yes"], { DEPLOY_QUEUE_DATABASE_URL: url });

test("a release whose answer is lost happens once, and its command runs once", async () => {
  const { sql } = database;
  const id = await newLine(database).add("queued", { hold: "outside", command: ["echo", "deployed"] });
  const proxy = await startProxy(database.url);
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${id} for update`;
  const releasing = release(id, proxy.url);
  await until("the release waits in the database", async () => {
    const waiting = await sql`
      select from pg_stat_activity
      where datname = current_database() and application_name = 'deploy-queue release' and wait_event_type = 'Lock'`;
    return waiting.length > 0;
  });
  // The client is gone, its statement is not.
  proxy.cut();
  await session.commit();

  expect(await releasing.end).toMatchObject({ code: 0, stdout: "deployed\n" });
  const events = await sql<{ kind: string }[]>`
    select kind from deploy_queue.deployment_events where deployment_id = ${id} order by id`;
  expect(events.map(({ kind }) => kind)).toEqual(["enqueued", "released", "started", "finished"]);
  expect(await database.queue.history.verify()).toEqual([]);
});

test("a released command outlasts a crash of PostgreSQL while it waits for its turn", async () => {
  const server = await startOwnServer();
  const queue = server.openQueue();
  const place = { environment: "dev", cloudProvider: "aws", region: "r", cellIndex: 0, component: "api" };
  const holder = await queue.enqueue(place);
  await queue.tryStart(holder.id);
  const staged = await queue.enqueue({ ...place, hold: "outside", command: ["echo", "deployed"] });
  const releasing = release(staged.id, server.url);
  await releasing.printed(new RegExp(`deployment ${holder.id} \\(`));

  await server.crash();
  await server.restart();
  await until("the database is back", () => queue.finish(holder.id).catch(() => undefined));

  expect(await releasing.end).toMatchObject({ code: 0, stdout: "deployed\n" });
  expect((await queue.deployment(staged.id)).status).toBe("finished");
  expect(await queue.history.verify()).toEqual([]);
});
