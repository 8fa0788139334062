import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { findDifference } from "./comparison.js";
import { RealQueue } from "./realQueue.js";

const runs = Number(process.env["DEPLOY_QUEUE_MODEL_RUNS"] ?? 2_000);
const seed = Number(process.env["DEPLOY_QUEUE_MODEL_SEED"] ?? Date.now() % 2 ** 31);

const database = useDatabase();
const queue = new RealQueue(database);

test(`the queue does what the model says, in ${runs} programs from seed ${seed}`, { timeout: 3_600_000 }, async () => {
  expect(await findDifference(queue, { runs, seed })).toBeUndefined();
  expect(await database.queue.history.verify()).toEqual([]);
});
