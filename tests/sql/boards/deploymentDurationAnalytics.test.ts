import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { insertFinished } from "../../support/history.js";
import { type Line, newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

interface Usual {
  readonly component: string;
  readonly count: number;
  readonly mean: number;
  readonly deviation: number | null;
}

/** What the view says of a cell, in seconds. */
function usual({ region }: Line): Promise<Usual[]> {
  return sql<Usual[]>`
    select component, deployment_count as count, extract(epoch from avg_duration)::float8 as mean,
      extract(epoch from stddev_duration)::float8 as deviation
    from deploy_queue.deployment_duration_analytics where region = ${region} order by component`;
}

async function known({ region }: Line): Promise<Record<string, unknown> | undefined> {
  const [row] = await sql`
    select known.* from deploy_queue.deployment_durations as known join deploy_queue.cells on cells.id = known.cell_id
    where cells.region = ${region}`;
  return row;
}

function past(line: Line, endedAgo: string, seconds: readonly number[], component = "api"): Promise<number[]> {
  const durations = seconds.map((duration) => `${duration} seconds`);
  return insertFinished(database, { ...line, component, endedAgo, durations });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleDeviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

test("the mean and the sample standard deviation of what was inserted as history are exact", async () => {
  const line = newLine(database);
  const seconds = [61, 5, 3600, 0.5, 86_400, 7, 7];
  await past(line, "1 day", seconds);
  const [row] = await usual(line);
  expect(row).toMatchObject({ component: "api", count: 7 });
  expect(row?.mean).toBeCloseTo(mean(seconds), 5);
  expect(row?.deviation).toBeCloseTo(sampleDeviation(seconds), 5);
});

test("a single sample has no standard deviation", async () => {
  const line = newLine(database);
  await past(line, "1 day", [90]);
  expect(await usual(line)).toEqual([{ component: "api", count: 1, mean: 90, deviation: null }]);
});

test("durations that are all the same deviate by nothing", async () => {
  const line = newLine(database);
  await past(line, "1 day", [90, 90, 90]);
  expect(await usual(line)).toEqual([{ component: "api", count: 3, mean: 90, deviation: 0 }]);
});

test("the last hundred finishes count", async () => {
  const line = newLine(database);
  const seconds = Array.from({ length: 104 }, (_, index) => 10 + index ** 2);
  await past(line, "1 day", seconds);
  const last = seconds.slice(4);
  const [row] = await usual(line);
  expect(row?.count).toBe(100);
  expect(row?.mean).toBeCloseTo(mean(last), 5);
  expect(row?.deviation).toBeCloseTo(sampleDeviation(last), 5);
});

test("the last finishes are those that ended last, in whatever order they were inserted", async () => {
  const line = newLine(database);
  await past(line, "1 day", Array(100).fill(10));
  await past(line, "2 days", [5_000, 5_000]);
  expect(await usual(line)).toEqual([{ component: "api", count: 100, mean: 10, deviation: 0 }]);
});

test("what finishes add up to is what measuring anew says, also when they came out of order", async () => {
  const line = newLine(database);
  for (const [endedAgo, count] of [
    ["3 days", 60],
    ["5 days", 10],
    ["2 days", 70],
    ["4 days", 5],
    ["1 day", 20],
  ] as const) {
    await past(
      line,
      endedAgo,
      Array.from({ length: count }, (_, index) => 0.3 + ((index * 37) ** 2 % 1_009)),
    );
    const addedUp = await known(line);
    await sql`
      select deploy_queue._measure(cell_id, component) from deploy_queue.deployments where region = ${line.region} limit 1`;
    const anew = await known(line);
    expect(addedUp).toEqual({ ...anew, first_finish_timestamp: addedUp?.["first_finish_timestamp"] });
    expect(Number(addedUp?.["first_finish_timestamp"])).toBeLessThanOrEqual(Number(anew?.["first_finish_timestamp"]));
  }
});

test("what is older than three months does not count, once another one has finished", async () => {
  const line = newLine(database);
  await past(line, "88 days", [1_000, 2_000]);
  await past(line, "10 days", [30]);
  expect((await usual(line))[0]?.count).toBe(3);
  await database.advance("5 days");
  await past(line, "1 day", [50]);
  expect(await usual(line)).toMatchObject([{ count: 2, mean: 40 }]);
});

test("history from before three months ago leaves no trace", async () => {
  const line = newLine(database);
  await past(line, "100 days", [60, 70]);
  expect(await usual(line)).toEqual([]);
});

test("three months after the last finish the view shows nothing", async () => {
  const line = newLine(database);
  await past(line, "1 day", [60, 70]);
  expect(await usual(line)).toHaveLength(1);
  await database.advance("88 days");
  expect(await usual(line)).toHaveLength(1);
  await database.advance("4 days");
  expect(await usual(line)).toEqual([]);
});

test("cancelled, queued and running ones do not count", async () => {
  const line = newLine(database);
  const cancelled = await line.add("running");
  await database.advance("1 hour");
  await queue.cancel(cancelled);
  await line.add("cancelled");
  await line.add("running");
  await line.add("queued");
  expect(await usual(line)).toEqual([]);
});

test("a finish counts from its commit on", async () => {
  const line = newLine(database);
  const id = await line.add("running");
  await database.advance("5 minutes");
  await queue.finish(id);
  const [row] = await usual(line);
  const { start_timestamp, finish_timestamp } = await queue.deployment(id);
  expect(row?.mean).toBeCloseTo(((finish_timestamp?.getTime() ?? 0) - (start_timestamp?.getTime() ?? 0)) / 1000, 2);
  expect(row?.mean).toBeGreaterThanOrEqual(300);
});

test("finishing twice counts once", async () => {
  const line = newLine(database);
  const id = await line.add("finished");
  await queue.finish(id);
  await sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${id}`.catch(() => undefined);
  expect(await usual(line)).toMatchObject([{ count: 1 }]);
});

test("cells and components are measured apart", async () => {
  const line = newLine(database);
  const other = newLine(database);
  await past(line, "1 day", [10, 20]);
  await past(line, "1 day", [100, 300], "web");
  await past(other, "1 day", [1]);
  expect(await usual(line)).toMatchObject([
    { component: "api", count: 2, mean: 15 },
    { component: "web", count: 2, mean: 200 },
  ]);
  expect(await usual(other)).toMatchObject([{ component: "api", count: 1, mean: 1 }]);
});
