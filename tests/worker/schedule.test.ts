import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { insertFinished } from "../support/history.js";
import { until } from "../support/until.js";
import { startWorker } from "../support/worker.js";

const line = useCommandLine();

test("reaps and records outliers when the minute changes, once for two workers", async () => {
  const { environment, region } = newPlace();
  await insertFinished(line, { environment, region, endedAgo: "1 day", durations: ["10 minutes", "10 minutes"] });
  const { id: slow } = await line.enqueue({ environment, region });
  await line.queue.tryStart(slow);
  const stale = await line.running(newPlace(), { heartbeat: true });
  await line.advance("16 minutes");

  await Promise.all([startWorker(line), startWorker(line)]);
  const kinds = async () => [await line.events(slow), await line.events(stale)];
  await until("both tasks have done their work", async () => (await kinds()).every((events) => events.length === 3));
  expect(await kinds()).toEqual([
    ["enqueued", "started", "outlier"],
    ["enqueued", "started", "reaped"],
  ]);
  await until("no job is left", async () => {
    const jobs = await line.sql`select from deploy_queue_worker.jobs`;
    return jobs.length === 0;
  });
});
