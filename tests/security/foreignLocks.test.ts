// Every login of a database may take any advisory lock. One that holds a lock of the queue is named, and an operator ends it.
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { useLogins } from "../support/logins.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(() => queue.roles.create());

async function foreignLock(id: number): Promise<number> {
  const { name, sql: session } = await newLogin();
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await session`select pg_advisory_lock(25713, ${(await queue.deployment(id)).cell_id})`;
  expect(name).toMatch(/^login_/);
  return row?.pid ?? 0;
}

test("a login without any right that takes the lock of a cell is named to those who wait for it, and by health", async () => {
  const id = await newLine(database).add("queued");
  const pid = await foreignLock(id);
  const impatient = database.connect();
  await impatient`set lock_timeout = '200ms'`;
  const failure = await impatient`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`.catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    code: "QD031",
    message: expect.stringMatching(
      new RegExp(`is locked by session ${pid} of login_\\d+_\\d+_\\d+.*, which is no session of the queue,`),
    ),
    hint: expect.stringContaining(`deploy_queue.end_blocker(${pid})`),
  });
  expect(await queue.upkeep.health()).toContainEqual({
    name: "locks",
    status: "failed",
    text: expect.stringContaining(`session ${pid} of login`),
  });
  await sql`select deploy_queue.worker_seen('w:1', '1')`;
  await sql`select deploy_queue.worker_seen('w:1', '1')`;
  expect(
    await sql`select reason from deploy_queue.deployment_events where kind = 'locked' and reason ~ ${`session ${pid} `}`,
  ).toHaveLength(1);
});

test("a login that keeps the followers out is named by health", async () => {
  const { sql: session } = await newLogin();
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid, pg_advisory_lock(25713, -1)`;
  expect(await queue.upkeep.health()).toContainEqual({
    name: "locks",
    status: "failed",
    text: expect.stringContaining(`deploy_queue.end_blocker(${row?.pid}) ends it`),
  });
  await session`select pg_advisory_unlock(25713, -1)`;
});

test("a prepared transaction is named, with how it ends", async () => {
  const id = await newLine(database).add("queued");
  const { name, sql: session } = await newLogin();
  await session.unsafe(`
    begin;
    select pg_advisory_xact_lock(25713, ${(await queue.deployment(id)).cell_id});
    prepare transaction 'forgotten';`);
  try {
    expect(await queue.upkeep.health()).toContainEqual({
      name: "locks",
      status: "failed",
      text: expect.stringMatching(
        new RegExp(
          `^prepared transaction 'forgotten' of ${name}, .* ROLLBACK PREPARED by its owner or a superuser ends it$`,
        ),
      ),
    });
  } finally {
    await session.unsafe("rollback prepared 'forgotten'");
  }
});

test("an operator ends it, and the end is recorded", async () => {
  const id = await newLine(database).add("queued");
  const pid = await foreignLock(id);
  const operator = await newLogin("deploy_queue_operator");
  const [row] = await operator.sql<{ session: string }[]>`select deploy_queue.end_blocker(${pid}) as session`;
  expect(row?.session).toContain(`session ${pid} of login`);
  await until("the session is gone", async () => {
    const [left] = await sql<
      { count: number }[]
    >`select count(*)::integer as count from pg_stat_activity where pid = ${pid}`;
    return left?.count === 0;
  });
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  expect(await sql`select principal from deploy_queue.deployment_events where kind = 'unblocked'`).toContainEqual({
    principal: operator.name,
  });
});

test("an exclusive database lets in the roles of the queue, and no others", async () => {
  const deployer = await newLogin("deploy_queue_deployer");
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  try {
    await queue.roles.create({ exclusive: true });
    const may = async (role: string) =>
      (await sql<{ may: boolean }[]>`select has_database_privilege(${role}, ${row?.name ?? ""}, 'connect') as may`)[0]
        ?.may;
    expect(await may(deployer.name)).toBe(true);
    expect(await may((await newLogin().catch(() => undefined))?.name ?? "pg_monitor")).toBe(false);
  } finally {
    await sql.unsafe(`grant connect on database ${row?.name} to public`);
  }
});
