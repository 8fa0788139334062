import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { seed } from "../support/seed.js";
import { findDifference } from "./comparison.js";
import { RealQueue } from "./realQueue.js";

const runs = 100;

const database = useDatabase();
const queue = new RealQueue(database);

// tests/long plays twenty times as many.
test(`the queue does what the model says, in ${runs} programs from seed ${seed}`, async () => {
  expect(await findDifference(queue, { runs, seed })).toBeUndefined();
  expect(await database.queue.history.verify()).toEqual([]);
});
