import { expect, onTestFinished, test } from "vitest";
import { DeployQueue } from "../../src/queue/deployQueue.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";

const database = useDatabase();
const waiters = 300;

test("the waiters of one program in one cell start in their order, over one connection, and none meets a time-out", async () => {
  const queue = await DeployQueue.connect({ url: database.url, applicationName: "one program" });
  onTestFinished(() => queue.close());
  const { region } = newLine(database);
  const request = { environment: "dev", cloudProvider: "aws", region, cellIndex: 0, component: "api" };
  const started: number[] = [];
  const outages: unknown[] = [];
  await Promise.all(
    Array.from({ length: waiters }, () =>
      queue.run(request, async ({ id }) => void started.push(id), {
        onEvent: (event) => void (event.event === "outage" && outages.push(event.obstacle)),
      }),
    ),
  );
  expect(outages).toEqual([]);
  expect(started).toEqual(started.toSorted((a, b) => a - b));
  expect(started).toHaveLength(waiters);
});
