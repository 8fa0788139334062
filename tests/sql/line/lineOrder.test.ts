import { expect, test } from "vitest";
import { type TestSql, useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;

const enter = async (by: TestSql, region: string, cellIndex = 0) => {
  const [row] = await by<{ id: number }[]>`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    values ('dev', 'aws', ${region}, ${cellIndex}, 'api') returning id`;
  return row?.id ?? Number.NaN;
};

async function twoSessions() {
  return [await openSession(database), await openSession(database)] as const;
}

test("entering a line waits for earlier entries that are not committed", async () => {
  const { region } = newLine(database);
  await enter(sql, region);
  const [early, late] = await twoSessions();
  await early.begin();
  const first = await enter(early.sql, region);
  const pending = enter(late.sql, region);
  const settled = outcome(pending);
  await untilBlocked(database, late, early);
  expect(
    await sql`select mode from pg_locks where pid = ${late.pid} and locktype = 'advisory' and not granted`,
  ).toEqual([{ mode: "ExclusiveLock" }]);

  // While it waits it has no id yet: the one that commits first enters once more, and stays in front.
  const second = await enter(early.sql, region);
  await early.commit();
  expect(await settled).toBe("ok");
  expect([first, second, await pending]).toEqual([first, second, await pending].sort((one, other) => one - other));
});

test("entering the lines of other cells does not wait", async () => {
  const { region } = newLine(database);
  const [early, late] = await twoSessions();
  await early.begin();
  await enter(early.sql, region, 0);
  expect(await enter(late.sql, region, 1)).toBeGreaterThan(0);
  await early.rollback();
});

test("a transition waits for entries that are not committed", async () => {
  const line = newLine(database);
  const id = await line.add("queued");
  const [early, late] = await twoSessions();
  await early.begin();
  await enter(early.sql, line.region);
  const pending = outcome(late.sql`select deploy_queue.try_start(${id})`);
  await untilBlocked(database, late, early);
  await early.commit();
  expect(await pending).toBe("ok");
});

test.for([
  ["a rollback", "rollback"],
  ["a commit", "commit"],
] as const)("%s lets the next one in, with a larger id", async ([, end]) => {
  const { region } = newLine(database);
  const [early, late] = await twoSessions();
  await early.begin();
  const first = await enter(early.sql, region);
  const pending = enter(late.sql, region);
  const settled = outcome(pending);
  await untilBlocked(database, late, early);
  await early[end]();
  expect(await settled).toBe("ok");
  expect(await pending).toBeGreaterThan(first);
});

test("after a rollback to a savepoint, the first to commit stands in front", async () => {
  const { region } = newLine(database);
  await enter(sql, region);
  const [early, late] = await twoSessions();
  await early.begin();
  await early.sql.unsafe("savepoint before");
  await enter(early.sql, region);
  await early.sql.unsafe("rollback to before");
  const first = await enter(late.sql, region);
  const second = await enter(early.sql, region);
  await early.commit();
  expect(second).toBeGreaterThan(first);
  expect(await sql`select deployment_id from deploy_queue.waiting_on(${second}) order by 1 desc limit 1`).toEqual([
    { deployment_id: first },
  ]);
});

test("an error while entering leaves the line as it was", async () => {
  const { region } = newLine(database);
  const first = await enter(sql, region);
  await expect(sql`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, component => '')`).rejects.toMatchObject({
    code: "23514",
  });
  const second = await enter(sql, region);
  expect(await sql`select id from deploy_queue.deployments where region = ${region} order by id`).toEqual([
    { id: first },
    { id: second },
  ]);
});

test("a cell that two create at once exists once", async () => {
  const { region } = newLine(database);
  const [early, late] = await twoSessions();
  await early.begin();
  const first = await enter(early.sql, region);
  const pending = enter(late.sql, region);
  const settled = outcome(pending);
  await untilBlocked(database, late, early);
  await early.commit();
  expect(await settled).toBe("ok");
  expect(await sql`select from deploy_queue.cells where region = ${region}`).toHaveLength(1);
  expect(await pending).toBeGreaterThan(first);
});

test("a cell whose creation is rolled back is created by the other", async () => {
  const { region } = newLine(database);
  const [early, late] = await twoSessions();
  await early.begin();
  await enter(early.sql, region);
  const pending = outcome(enter(late.sql, region));
  await untilBlocked(database, late, early);
  await early.rollback();
  expect(await pending).toBe("ok");
  expect(await sql`select from deploy_queue.cells where region = ${region}`).toHaveLength(1);
});

test("many that enter at once stand in the order of their commits", async () => {
  const { region } = newLine(database);
  const sessions = await Promise.all([...Array(8).keys()].map(() => openSession(database)));
  await sql`create table test.seen (id bigint, larger bigint)`;
  await Promise.all(
    sessions.map(async (session) => {
      for (let round = 0; round < 15; round++) {
        await session.begin();
        const id = await enter(session.sql, region);
        // Whatever is visible to the one that has the newest place must have a smaller one.
        await session.sql`
          insert into test.seen
          select ${id}, count(*) from deploy_queue.deployments where region = ${region} and id > ${id}`;
        await session.commit();
      }
    }),
  );
  expect(await sql`select count(*)::integer, max(larger) as larger from test.seen`).toEqual([
    { count: 120, larger: 0 },
  ]);
});
