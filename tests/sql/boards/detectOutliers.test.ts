import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { runningAfter } from "../../support/history.js";

const database = useDatabase();
const { sql, queue } = database;
const detectedIds = async () => (await queue.upkeep.detectOutliers()).map(({ id }) => id);

test("records and tells the first detection, and no other", async () => {
  const id = await runningAfter(database, "1 minute", "1 minute");
  await database.advance("5 minutes");
  const ear = await listen(database, []);
  expect(await detectedIds()).toEqual([id]);
  expect(await detectedIds()).toEqual([]);
  expect(await ear.transitions()).toEqual([expect.objectContaining({ deployment_id: id, outlier: true })]);
  const events = await sql<{ kind: string; reason: string }[]>`
    select kind, reason from deploy_queue.deployment_events where deployment_id = ${id} and kind = 'outlier'`;
  expect(events).toEqual([{ kind: "outlier", reason: "it has been running for 00:05:00, usual are 00:01:00" }]);
});

test("two detections at once record and tell it once", async () => {
  const id = await runningAfter(database, "1 minute", "1 minute");
  await database.advance("5 minutes");
  const ear = await listen(database, []);
  const detectors = Array.from({ length: 4 }, () => database.openQueue());
  const found = await Promise.all(detectors.map((detector) => detector.upkeep.detectOutliers()));
  expect(found.flat().filter((outlier) => outlier.id === id)).toHaveLength(1);
  expect((await ear.transitions()).filter(({ deployment_id }) => deployment_id === id)).toHaveLength(1);
});
