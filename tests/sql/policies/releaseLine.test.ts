import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { queue } = database;

test("a line that is released wakes the head that may start, and no other; releasing it again does nothing", async () => {
  const line = newLine(database);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  const cell = { environment: "dev", cloudProvider: "aws", region: line.region, cellIndex: 0 };
  await queue.policies.holdLine(cell, "looks odd");
  const ear = await listen(database, [first, second]);
  await queue.policies.releaseLine(cell);
  expect(await ear.woken()).toEqual([first]);
  await queue.policies.releaseLine(cell);
  expect(await ear.woken()).toEqual([]);
});
