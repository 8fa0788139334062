import { expect, test } from "vitest";
import { gatedCommand, newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { killWithChildren } from "../support/processes.js";
import { until } from "../support/until.js";
import { schedule, startWorker } from "../support/worker.js";

const line = useCommandLine();
const directory = useDirectory();

test("two workers and five waiters reap each of fifty stale deployments exactly once", async () => {
  const place = newPlace();
  const workers = await Promise.all([startWorker(line), startWorker(line)]);
  const stale: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    stale.push(await line.running(place, { heartbeat: true, concurrencyKey: "together" }));
  }
  await line.advance("16 minutes");
  const waiters = Array.from({ length: 5 }, () =>
    line.launch(["start", ...place.options, "--concurrency-key", "waiters"]),
  );
  await schedule(line, "reap_stale_deployments", 20);

  for (const waiter of waiters) {
    expect((await waiter.end).code).toBe(0);
  }
  const reaped = await line.sql`
    select deployment_id, count(*) from deploy_queue.deployment_events
    where kind = 'reaped' group by deployment_id order by deployment_id`;
  expect(reaped).toEqual(stale.map((id) => ({ deployment_id: id, count: 1 })));
  for (const worker of workers) {
    expect(worker.stderr()).not.toMatch(/ERROR|WARN/);
  }
});

test("frees the cell of a holder that was killed with its watchdog, and says who reaped it and since when", async () => {
  const place = newPlace();
  const { command } = gatedCommand(directory);
  const holder = line.launch(["run", ...place.options, "--", ...command]);
  await holder.printed(/ready/);
  const [{ id } = { id: 0 }] = await line.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region}`;
  killWithChildren(holder.process.pid ?? 0);
  await until("it is gone", () => holder.process.signalCode !== null);

  await startWorker(line);
  await line.advance("16 minutes");
  await schedule(line, "reap_stale_deployments");
  const row = await until("it is reaped", async () => {
    const found = await line.row(id);
    return found.status === "cancelled" && found;
  });
  expect(row.cancellation_note).toMatch(/^reaped by \w+: no heartbeat since \d{4}-/);
  expect((await line.run(["start", ...place.options])).code).toBe(0);
});

test("reaps a deployment without heartbeats that runs for longer than its maximum duration", async () => {
  const place = newPlace();
  await startWorker(line);
  const started = await line.run(["start", ...place.options, "--max-duration", "2h"]);
  const id = Number(started.stdout);
  await line.advance("119 minutes");
  await line.run(["worker", "--once"]);
  expect((await line.row(id)).status).toBe("running");
  await line.advance("2 minutes");
  await schedule(line, "reap_stale_deployments");
  const row = await until("it is reaped", async () => {
    const found = await line.row(id);
    return found.status === "cancelled" && found;
  });
  expect(row.cancellation_note).toMatch(/it ran for longer than 02:00:00$/);
});

test("without a worker, a waiter reaps what has run for longer than the limit of its environment", async () => {
  await line.run(["environment", "set", "hasty", "--create", "--max-duration", "1h"]);
  const place = newPlace("hasty");
  const holder = await line.running(place);
  await line.advance("61 minutes");
  expect((await line.run(["start", ...place.options])).code).toBe(0);
  expect(await line.events(holder)).toEqual(["enqueued", "started", "reaped"]);
});
