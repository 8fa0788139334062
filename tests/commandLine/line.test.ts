import { expect, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import { isBlockedBy, newPlace, printedId, useCommandLine } from "../support/commandLine.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

test("ten starts launched at once run one at a time in id order, with plain SQL clients among them", async () => {
  const place = newPlace();
  const starts = Array.from({ length: 10 }, () => cli.launch(["start", ...place.options]));
  const plainClients = Array.from({ length: 4 }, () => deployWithPlainSql(place.region));

  const started = starts.map(async (start) => {
    expect((await start.end).code).toBe(0);
    const finish = await cli.run(["finish", start.stdout().trim()]);
    expect(finish).toMatchObject({ code: 0 });
  });
  await Promise.all([...started, ...plainClients]);

  const events = await cli.sql<{ kind: string; deployment_id: number }[]>`
    select event.kind, event.deployment_id
    from deploy_queue.deployment_events as event
    join deploy_queue.deployments on deployments.id = event.deployment_id
    where deployments.region = ${place.region} and event.kind in ('started', 'finished')
    order by event.id`;
  const ids = [...new Set(events.map((event) => event.deployment_id))].sort((one, other) => one - other);
  expect(ids).toHaveLength(14);
  expect(events.map((event) => `${event.kind} ${event.deployment_id}`)).toEqual(
    ids.flatMap((id) => [`started ${id}`, `finished ${id}`]),
  );
});

test("a waiter that was killed in the middle of the line is reaped and the line goes on", async () => {
  const place = newPlace(await cli.environment({ heartbeatTimeout: "12 seconds" }));
  const holder = await cli.running(place);
  const waiters: { start: RunningCli; id: number }[] = [];
  for (let count = 0, ahead = holder; count < 3; count += 1) {
    const start = cli.launch(["start", ...place.options]);
    await isBlockedBy(start, ahead);
    const id = await printedId(start);
    waiters.push({ start, id });
    ahead = id;
  }
  const [first, second, third] = waiters;
  second?.start.process.kill("SIGKILL");

  await cli.queue.finish(holder);
  await first?.start.end;
  await cli.queue.finish(first?.id ?? 0);
  await cli.advance("13 seconds");

  expect((await third?.start.end)?.code).toBe(0);
  expect(await cli.events(second?.id ?? 0)).toEqual(["enqueued", "reaped"]);
  expect(await cli.events(third?.id ?? 0)).toEqual(["enqueued", "started"]);
});

test("those behind a killed holder of a shared key wait for the others that share it", async () => {
  const place = newPlace();
  const first = await cli.running(place, { concurrencyKey: "shared" });
  const second = await cli.running(place, { concurrencyKey: "shared" });
  const start = cli.begin(["start", ...place.options]);
  await isBlockedBy(start, second);

  await cli.queue.cancel(first);
  expect((await cli.row(await printedId(start))).status).toBe("queued");
  await cli.queue.finish(second);

  expect((await start.end).code).toBe(0);
});

/** What a person with psql would do: enter, ask again and again, finish. */
async function deployWithPlainSql(region: string): Promise<void> {
  const sql = cli.connect();
  const [row] = await sql<{ id: number }[]>`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    values ('dev', 'aws', ${region}, 0, 'psql')
    returning id`;
  const id = row?.id ?? 0;
  await until(`deployment ${id} has its turn`, () =>
    sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: "QD003" });
        return false;
      },
    ),
  );
  await sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${id}`;
}
