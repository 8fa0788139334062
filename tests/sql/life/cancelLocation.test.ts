import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

async function fullRegion() {
  const line = newLine(database, "prod");
  const finished = await line.add("finished", { cellIndex: 0, concurrencyKey: "x" });
  const ids = {
    running: await line.add("running", { cellIndex: 0, concurrencyKey: "x" }),
    queued: await line.add("queued", { cellIndex: 0 }),
    nextDoor: await line.add("queued", { cellIndex: 1 }),
  };
  await line.add("cancelled", { cellIndex: 1 });
  const { region } = line;
  await newLine(database).add("queued");
  await database.enqueue({ environment: "dev", region });
  await sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'gcp', ${region}, 0, 'api')`;
  return { region, finished, ...ids };
}

const liveInProd = (region: string) => sql<{ id: number }[]>`
  select id from deploy_queue.deployments
  where region = ${region} and environment = 'prod' and cloud_provider = 'aws'
    and finish_timestamp is null and cancellation_timestamp is null`;

test("without a cell index, cancels what is queued or running in the whole region", async () => {
  const { region, finished, running, queued, nextDoor } = await fullRegion();
  const cancelled = await sql`
    select id, cancellation_note from deploy_queue.cancel_location(
      environment => 'prod', cloud_provider => 'aws', region => ${region}, cancellation_note => 'outage'
    ) order by id`;
  expect(cancelled).toEqual([running, queued, nextDoor].map((id) => ({ id, cancellation_note: "outage" })));
  expect(await liveInProd(region)).toEqual([]);
  expect((await database.queue.deployment(finished)).status).toBe("buffering");
  expect(
    await sql`
      select environment, cloud_provider from deploy_queue.deployments
      where region = ${region} and cancellation_timestamp is null and finish_timestamp is null order by id`,
  ).toEqual([
    { environment: "dev", cloud_provider: "aws" },
    { environment: "prod", cloud_provider: "gcp" },
  ]);
});

test("with a cell index, cancels in that cell only", async () => {
  const { region, running, queued, nextDoor } = await fullRegion();
  const cancelled = await sql`
    select id from deploy_queue.cancel_location('prod', 'aws', ${region}, cell_index => 0) order by id`;
  expect(cancelled).toEqual([{ id: running }, { id: queued }]);
  expect(await liveInProd(region)).toEqual([{ id: nextDoor }]);
});

test("a location where nothing is live is fine", async () => {
  const { region } = newLine(database, "prod");
  await database.enqueue({ environment: "prod", region }).then(({ id }) => database.queue.cancel(id));
  expect(await sql`select * from deploy_queue.cancel_location('prod', 'aws', ${region})`).toEqual([]);
});

test("a location without a cell is refused, with the nearest ones", async () => {
  await fullRegion();
  await expect(sql`select * from deploy_queue.cancel_location('prod', 'aws', 'nowhere', 7)`).rejects.toMatchObject({
    code: "QD043",
    message: "prod-aws-nowhere-cell-7 has no cell",
    hint: expect.stringMatching(/^Most like it: prod-aws-/),
  });
});

test("queued_only leaves alone what runs", async () => {
  const line = newLine(database);
  const running = await line.add("running");
  const queued = await line.add("queued");
  const { region } = line;
  expect(await sql`select id from deploy_queue.cancel_location('dev', 'aws', ${region}, queued_only => true)`).toEqual([
    { id: queued },
  ]);
  expect((await database.queue.deployment(running)).status).toBe("running");
});

test("at_most takes the last of the line first, then what runs; what is being stopped comes again until it has ended", async () => {
  const line = newLine(database);
  const running = await line.add("running", { heartbeat: true });
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  const next = async () =>
    (
      await sql<{ id: number }[]>`
        select id from deploy_queue.cancel_location('dev', 'aws', ${line.region}, at_most => 1)`
    ).map(({ id }) => id);
  expect([await next(), await next(), await next(), await next()]).toEqual([[second], [first], [running], [running]]);
});
