import { afterEach, beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { openSession, type Session } from "../../support/session.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);
const opened: Session[] = [];

beforeAll(() => queue.roles.create());
afterEach(async () => {
  for (const { sql: session } of opened.splice(0)) await session.end({ timeout: 1 }).catch(() => undefined);
});

test("a transaction that keeps a deployment locked is ended, too, once a call waits for it", async () => {
  const id = await newLine(database).add("queued");
  const holder = await openSession(database);
  opened.push(holder);
  await holder.begin();
  await holder.sql`select from deploy_queue.deployments where id = ${id} for update`;
  const waiting = queue.cancel(id);
  await until("the call waits", async () => {
    const [row] = await sql<{ waits: boolean }[]>`
      select exists (select from pg_stat_activity where ${holder.pid} = any (pg_blocking_pids(pid))) as waits`;
    return row?.waits;
  });
  await sql`select deploy_queue.end_blocker(${holder.pid})`;
  expect(await waiting).toMatchObject({ id });
});

test.for(["a deployer", "an operator"])("%s ends no session that holds up nothing", async (who) => {
  const victim = await openSession(database);
  opened.push(victim);
  const { sql: session } = await newLogin(who === "a deployer" ? "deploy_queue_deployer" : "deploy_queue_operator");
  const failure = await session`select deploy_queue.end_blocker(${victim.pid})`.catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: who === "a deployer" ? "42501" : "QD039" });
  expect(await victim.sql`select 1 as one`).toEqual([{ one: 1 }]);
});
