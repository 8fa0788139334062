import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql } = useDatabase();

test("returns the row with everything given, queued and without heartbeat", async () => {
  const given = {
    environment: "prod",
    cloud_provider: "aws",
    region: "us-west-2",
    cell_index: 1,
    component: "api",
    version: "v1",
    url: "https://example.com/1",
    note: "hello",
    concurrency_key: "x",
    idempotency_key: "run 1",
  };
  const [row] = await sql`
    select * from deploy_queue.enqueue(
      environment => ${given.environment}, cloud_provider => ${given.cloud_provider}, region => ${given.region},
      cell_index => ${given.cell_index}, component => ${given.component}, version => ${given.version},
      url => ${given.url}, note => ${given.note}, concurrency_key => ${given.concurrency_key},
      idempotency_key => ${given.idempotency_key})`;
  expect(row).toMatchObject({
    ...given,
    id: expect.any(Number),
    cell_id: expect.any(Number),
    created_at: expect.any(Date),
    updated_at: expect.any(Date),
    start_timestamp: null,
    finish_timestamp: null,
    cancellation_timestamp: null,
    cancellation_note: null,
    heartbeat_timestamp: null,
  });
});

test("needs a place and a component only", async () => {
  const [row] = await sql`
    select id, version, url, note, concurrency_key from deploy_queue.enqueue(
      environment => 'dev', cloud_provider => 'aws', region => 'us-west-2', cell_index => 1, component => 'api')`;
  expect(row).toEqual({ id: expect.any(Number), version: null, url: null, note: null, concurrency_key: null });
});

test("promises heartbeats from the moment of the row on", async () => {
  const [row] = await sql<{ apart: boolean }[]>`
    select heartbeat_timestamp between created_at and updated_at as apart
    from deploy_queue.enqueue('dev', 'aws', 'us-west-2', 1, 'api', heartbeat => true)`;
  expect(row).toEqual({ apart: true });
});

test("an unknown environment is refused with QD002, which names those that there are", async () => {
  await expect(sql`select deploy_queue.enqueue('proud', 'aws', 'us-west-2', 1, 'api')`).rejects.toMatchObject({
    code: "QD002",
    message: "environment proud does not exist",
    hint: expect.stringContaining("There are: dev, prod."),
  });
  expect(await sql`select from deploy_queue.cells where environment = 'proud'`).toEqual([]);
});

test("a missing environment is refused with QD002", async () => {
  await expect(sql`select deploy_queue.enqueue(null, 'aws', 'us-west-2', 1, 'api')`).rejects.toMatchObject({
    code: "QD002",
  });
});
