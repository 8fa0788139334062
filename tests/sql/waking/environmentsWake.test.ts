import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { queue } = database;
let environments = 0;

async function newEnvironment(bufferTime = 600): Promise<string> {
  const name = `environment-${environments++}`;
  await queue.environments.set(name, { bufferTime });
  return name;
}

test.for([
  [300, true],
  [0, true],
  [600, false],
  [900, false],
] as const)("a buffer of 600 s that becomes %s s wakes the first: %s", async ([bufferTime, wakes]) => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  await line.add("finished");
  const first = await line.add("queued");
  const second = await line.add("queued");
  const ear = await listen(database, [first, second]);
  await queue.environments.set(environment, { bufferTime });
  expect(await ear.heard()).toEqual(wakes ? [`${first}`] : []);
});

test("a shorter buffer wakes all heads with a common key, in every cell", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  await line.add("finished");
  const ids = [await line.add("queued", { concurrencyKey: "x" }), await line.add("queued", { concurrencyKey: "x" })];
  const other = newLine(database, environment);
  await other.add("finished");
  ids.push(await other.add("queued"));
  const ear = await listen(database, ids);
  await queue.environments.set(environment, { bufferTime: 60 });
  expect(await ear.woken()).toEqual(ids);
});

test("a shorter buffer wakes no waiter that did not wait for a buffer", async () => {
  const environment = await newEnvironment();
  const free = await newLine(database, environment).add("queued");
  const line = newLine(database, environment);
  await line.add("finished", { concurrencyKey: "x" });
  const sharer = await line.add("queued", { concurrencyKey: "x" });
  const busy = newLine(database, environment);
  await busy.add("finished", { concurrencyKey: "x" });
  await busy.add("running", { concurrencyKey: "x" });
  const behind = await busy.add("queued");
  const elsewhere = newLine(database, await newEnvironment());
  await elsewhere.add("finished");
  const stranger = await elsewhere.add("queued");
  const ear = await listen(database, [free, sharer, behind, stranger]);
  await queue.environments.set(environment, { bufferTime: 60 });
  expect(await ear.woken()).toEqual([]);
});

test("another timeout wakes no waiter", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  await line.add("finished");
  const first = await line.add("queued");
  const ear = await listen(database, [first]);
  await queue.environments.set(environment, { heartbeatTimeout: 60 });
  expect(await ear.woken()).toEqual([]);
});

test("a finish that commits while the buffer becomes shorter is corrected", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  const runner = await line.add("running");
  const first = await line.add("queued");
  const ear = await listen(database, [first]);
  const finisher = await openSession(database);
  const setter = await openSession(database);
  await finisher.begin();
  await finisher.sql`select deploy_queue.finish(${runner})`;
  const pending = outcome(setter.sql`select deploy_queue.set_environment(${environment}, buffer_time => '0')`);
  await untilBlocked(database, setter, finisher);
  await finisher.commit();
  expect(await pending).toBe("ok");
  expect(await ear.woken()).toEqual([first, first]);
  expect((await queue.tryStart(first)).started).toBe(true);
});
