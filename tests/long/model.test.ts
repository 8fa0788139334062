import { expect, test } from "vitest";
import { findDifference } from "../model/comparison.js";
import { RealQueue } from "../model/realQueue.js";
import { useDatabase } from "../support/database.js";
import { seed } from "../support/seed.js";

const runs = Number(process.env["DEPLOY_QUEUE_MODEL_RUNS"] ?? 2_000);

const database = useDatabase();
const queue = new RealQueue(database);

test(`the queue does what the model says, in ${runs} programs from seed ${seed}`, { timeout: 0 }, async () => {
  expect(await findDifference(queue, { runs, seed })).toBeUndefined();
  expect(await database.queue.history.verify()).toEqual([]);
});
