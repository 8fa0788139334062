import { expect, test } from "vitest";
import { DeploymentNotFoundError } from "../../../src/queue/errors.js";
import type { Forecast } from "../../../src/queue/forecast.js";
import { useDatabase } from "../../support/database.js";
import { insertFinished } from "../../support/history.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { queue } = database;

test("forecast is the row of the queue view", async () => {
  const line = newLine(database, "prod");
  await line.add("finished");
  const ids = [await line.add("queued"), await line.add("queued"), await line.add("queued")];
  const places = await Promise.all(ids.map((id) => queue.line.forecast(id)));
  const rows = (await queue.line.queued("prod")).filter(({ region }) => region === line.region);
  expect(places.map((place) => ({ ...place, as_of: undefined }))).toEqual(
    rows.map((row) => ({
      ...Object.fromEntries(Object.keys(places[0] ?? {}).map((key) => [key, Reflect.get(row, key)])),
      as_of: undefined,
    })),
  );
  expect(places.map((place) => place?.position)).toEqual([1, 2, 3]);
});

test("a prediction is the start of the running one, its usual duration and the buffer", async () => {
  const line = newLine(database, "prod");
  await insertFinished(database, { ...line, endedAgo: "1 day", durations: ["4 minutes", "6 minutes", "20 minutes"] });
  const running = await line.add("running");
  const queued = await line.add("queued");
  const { start_timestamp: start } = await queue.deployment(running);
  const place = await queue.line.forecast(queued);
  expect((place?.predicted_start?.getTime() ?? 0) - (start?.getTime() ?? 0)).toBe((10 + 10) * 60_000);
});

test("the history of other components and other cells does not matter", async () => {
  const line = newLine(database);
  await insertFinished(database, { ...line, component: "web", endedAgo: "1 day", durations: ["1 minute"] });
  await insertFinished(database, { ...newLine(database), endedAgo: "1 day", durations: ["1 minute"] });
  await line.add("running");
  const place = await queue.line.forecast(await line.add("queued"));
  expect(place).toMatchObject({ predicted_start: null, blockers: [{ usual_seconds: null, until: null }] });
});

test.for(["running", "finished", "cancelled"] as const)("one that is %s has no place", async (state) => {
  const line = newLine(database);
  const id = await line.add(state);
  await line.add("queued");
  expect(await queue.line.forecast(id)).toBeUndefined();
});

test("finished and cancelled ones do not count", async () => {
  const line = newLine(database);
  await line.add("finished");
  await line.add("cancelled");
  const place = await queue.line.forecast(await line.add("queued"));
  expect(place).toMatchObject({ position: 1, blocker_count: 0, blockers: [] });
  expect(place?.predicted_start).toEqual(place?.as_of);
});

test("a place is that of the moment, and moves", async () => {
  const line = newLine(database, "prod");
  await line.add("finished");
  const id = await line.add("queued");
  const before = await queue.line.forecast(id);
  await database.advance("4 minutes");
  const later = await queue.line.forecast(id);
  expect(later?.as_of.getTime()).toBeGreaterThanOrEqual((before?.as_of.getTime() ?? 0) + 4 * 60_000);
  expect(later?.predicted_start).toEqual(before?.predicted_start);
});

test("a deployment that does not exist is QD001", async () => {
  await expect(queue.line.forecast(424_242)).rejects.toThrow(DeploymentNotFoundError);
  await expect(database.sql`select * from deploy_queue.forecast(424242)`).rejects.toMatchObject({ code: "QD001" });
});

test("forecasts says the same of several, in several cells", async () => {
  const lines = [newLine(database), newLine(database)];
  const ids: number[] = [];
  for (const line of lines) {
    await line.add("running");
    ids.push(await line.add("queued"), await line.add("queued", { concurrencyKey: "x" }));
  }
  const one = (forecast: Forecast | undefined) => ({ ...forecast, as_of: undefined });
  const byId = (a: { deployment_id?: number | null }, b: { deployment_id?: number | null }) =>
    Number(a.deployment_id) - Number(b.deployment_id);
  const each = await Promise.all(ids.map((id) => queue.line.forecast(id)));
  const together = await queue.line.forecasts(ids);
  expect(together.map(one).toSorted(byId)).toEqual(each.map(one).toSorted(byId));
  expect(together).toHaveLength(4);
});
