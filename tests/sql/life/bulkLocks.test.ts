import { describe, expect, test } from "vitest";
import { type TestSql, useDatabase } from "../../support/database.js";
import { type Line, newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;
const version = { component: "web", version: "v2" };

/** Two cells, where the order of ids and the order of cells are opposite, so that careless locking would cross. */
async function crossedLine(): Promise<{ line: Line; ids: number[] }> {
  const line = newLine(database);
  await line.add("cancelled", { cellIndex: 0 });
  await line.add("cancelled", { cellIndex: 1 });
  const ids = [
    await line.add("queued", { ...version, cellIndex: 1 }),
    await line.add("queued", { ...version, cellIndex: 0 }),
  ];
  return { line, ids };
}

const byVersion = (by: TestSql) => by<{ id: number }[]>`select id from deploy_queue.cancel_version('web', 'v2')`;
const byLocation = (by: TestSql, region: string) =>
  by<{ id: number }[]>`select id from deploy_queue.cancel_location('dev', 'aws', ${region})`;

describe("bulk cancels over the same cells", () => {
  test.for([
    ["by version", "by location"],
    ["by location", "by version"],
  ] as const)("%s, then %s: the second waits and finds nothing left", async ([first]) => {
    const { line, ids } = await crossedLine();
    const early = await openSession(database);
    const late = await openSession(database);
    const [one, other] =
      first === "by version"
        ? [() => byVersion(early.sql), () => byLocation(late.sql, line.region)]
        : [() => byLocation(early.sql, line.region), () => byVersion(late.sql)];
    await early.begin();
    expect((await one()).map(({ id }) => id).sort()).toEqual(ids);
    const pending = other();
    const settled = outcome(pending);
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await settled).toBe("ok");
    expect([...(await pending)]).toEqual([]);
  });

  test("many at once do not deadlock, and cancel each once", async () => {
    for (let round = 0; round < 10; round++) {
      const { line, ids } = await crossedLine();
      const cancels = await Promise.all(
        [...Array(8).keys()].map((turn) => (turn % 2 === 0 ? byVersion(sql) : byLocation(sql, line.region))),
      );
      expect(cancels.flatMap((rows) => rows.map(({ id }) => id)).sort()).toEqual(ids);
    }
  });
});

test("a bulk cancel waits for a single finish of one of its deployments and leaves that alone", async () => {
  const line = newLine(database);
  const running = await line.add("running", version);
  const queued = await line.add("queued", version);
  const early = await openSession(database);
  const late = await openSession(database);
  await early.begin();
  await early.sql`select deploy_queue.finish(${running})`;
  const pending = byVersion(late.sql);
  const settled = outcome(pending);
  await untilBlocked(database, late, early);
  await early.commit();
  expect(await settled).toBe("ok");
  expect([...(await pending)]).toEqual([{ id: queued }]);
});

test("a bulk cancel and a start in the same cell do not deadlock", async () => {
  const line = newLine(database);
  await line.add("running", { ...version, concurrencyKey: "shared" });
  const waiter = await line.add("queued", { concurrencyKey: "shared" });
  const early = await openSession(database);
  const late = await openSession(database);
  await early.begin();
  await early.sql`select deploy_queue.try_start(${waiter})`;
  const pending = outcome(byVersion(late.sql));
  await untilBlocked(database, late, early);
  expect(await outcome(early.sql`select deploy_queue.try_start(${waiter})`)).toBe("ok");
  await early.commit();
  expect(await pending).toBe("ok");
});
