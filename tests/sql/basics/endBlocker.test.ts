import { afterEach, beforeAll, describe, expect, test } from "vitest";
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

describe("an operator tied to dev", () => {
  const tiedOperator = async () => {
    const login = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${login.name} set deploy_queue.allowed_environments = 'dev'`);
    return login.sql;
  };

  const blocked = async (environment: string, what: "cell" | "row") => {
    const id = await newLine(database, environment).add("queued");
    const holder = await openSession(database);
    opened.push(holder);
    await holder.begin();
    if (what === "cell") {
      const { cell_id } = await queue.deployment(id);
      await holder.sql`select pg_advisory_xact_lock(25713, ${cell_id})`;
      return holder.pid;
    }
    await holder.sql`select from deploy_queue.deployments where id = ${id} for update`;
    const waiting = database.connect();
    void waiting`select deploy_queue.cancel(${id})`.catch(() => undefined);
    await until("the call waits", async () => {
      const [row] = await sql<{ waits: boolean }[]>`
        select exists (select from pg_stat_activity where ${holder.pid} = any (pg_blocking_pids(pid))) as waits`;
      return row?.waits;
    });
    return holder.pid;
  };

  test.for(["cell", "row"] as const)(
    "ends a session that locks a %s of dev, and none that locks one of prod",
    async (what) => {
      const session = await tiedOperator();
      const [inDev, inProd] = [await blocked("dev", what), await blocked("prod", what)];
      await expect(session`select deploy_queue.end_blocker(${inProd})`).rejects.toMatchObject({ code: "QD020" });
      const [row] = await session<{ session: string }[]>`select deploy_queue.end_blocker(${inDev}) as session`;
      expect(row?.session).toContain(`session ${inDev} of `);
    },
  );
});

test.for(["a deployer", "an operator"])("%s ends no session that holds up nothing", async (who) => {
  const victim = await openSession(database);
  opened.push(victim);
  const { sql: session } = await newLogin(who === "a deployer" ? "deploy_queue_deployer" : "deploy_queue_operator");
  const failure = await session`select deploy_queue.end_blocker(${victim.pid})`.catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: who === "a deployer" ? "42501" : "QD039" });
  expect(await victim.sql`select 1 as one`).toEqual([{ one: 1 }]);
});
