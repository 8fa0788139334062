import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { insertFinished, runningAfter } from "../../support/history.js";

const database = useDatabase();
const { queue } = database;
const outlierIds = async () => (await queue.boards.outliers()).map(({ id }) => id);

test("one sample flags nothing, however long it takes", async () => {
  const id = await runningAfter(database, "1 minute");
  await database.advance("20 days");
  expect(await outlierIds()).not.toContain(id);
  await queue.finish(id);
});

test("flags a deployment that takes longer than the mean and two standard deviations, and not before", async () => {
  // Mean 10 minutes, sample standard deviation 2 minutes.
  const id = await runningAfter(database, "8 minutes", "10 minutes", "12 minutes");
  await database.advance("13 minutes 50 seconds");
  expect(await outlierIds()).not.toContain(id);
  await database.advance("11 seconds");
  expect(await outlierIds()).toContain(id);
  const [found] = await queue.boards.outliers();
  expect(found).toMatchObject({ id, avg_duration: 600, stddev_duration: 120, version: null });
  await queue.finish(id);
  expect(await outlierIds()).not.toContain(id);
});

test("durations of other components do not count", async () => {
  const region = "other-components";
  const history = { environment: "dev", region, endedAgo: "1 day", durations: ["1 second", "1 second"] };
  await insertFinished(database, { ...history, component: "web" });
  const { id } = await database.enqueue({ region, component: "api" });
  await queue.tryStart(id);
  await database.advance("1 hour");
  expect(await outlierIds()).not.toContain(id);
});

test("samples older than 3 months do not count", async () => {
  const id = await runningAfter(database, "1 minute", "1 minute");
  await database.advance("2 hours");
  expect(await outlierIds()).toContain(id);
  await database.advance("100 days");
  expect(await outlierIds()).not.toContain(id);
  await queue.finish(id);
});
