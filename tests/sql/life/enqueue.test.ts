import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

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

describe("with start", () => {
  const startIn = async (region: string, more = "") => {
    const [row] = await sql.unsafe<{ id: number; status: string; beats: boolean; kept: boolean }[]>(`
      select id, deploy_queue._status(entered, interval '0') as status,
        heartbeat_timestamp is not null as beats, kept
      from deploy_queue.enqueue('dev', 'aws', '${region}', 0, 'api', start => true ${more}) as entered`);
    if (row === undefined) throw new Error("no row");
    return row;
  };

  test.for([
    ["", false],
    [", heartbeat => true", true],
  ] as const)("it runs at once in a free cell%s", async ([more, beats]) => {
    const row = await startIn(newLine(database).region, more);

    expect(row).toMatchObject({ status: "running", beats, kept: beats });
    expect(await database.queue.history.of(row.id)).toMatchObject([
      { kind: "enqueued", from_state: null, to_state: "queued" },
      { kind: "started", from_state: "queued", to_state: "running" },
    ]);
  });

  test.for([
    ["another one runs", "running", ""],
    ["another one is ahead", "queued", ""],
    ["it is on hold", undefined, ", hold => 'in-line'"],
    ["it is not to start yet", undefined, ", not_before => now() + interval '1 hour'"],
  ] as const)("it stands in the line where %s", async ([, other, more]) => {
    const line = newLine(database);
    if (other !== undefined) await line.add(other);

    const row = await startIn(line.region, `, heartbeat => true ${more}`);

    expect(row).toMatchObject({ status: more.includes("hold") ? "held" : "queued", beats: true });
    expect((await database.queue.history.of(row.id)).map(({ kind }) => kind)).toEqual(["enqueued"]);
  });

  test("it runs beside those with its key, and shuts out the next one", async () => {
    const { region } = newLine(database);
    await startIn(region, ", concurrency_key => 'x'");

    expect(await startIn(region, ", concurrency_key => 'x'")).toMatchObject({ status: "running" });
    expect(await startIn(region)).toMatchObject({ status: "queued" });
  });

  test("of many at once one runs, and the others stand in the line", async () => {
    const { region } = newLine(database);

    const rows = await Promise.all(Array.from({ length: 10 }, () => startIn(region)));

    const [first, ...others] = rows.sort((one, other) => one.id - other.id);
    expect(first?.status).toBe("running");
    expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => "queued"));
    expect(await database.queue.history.verify()).toEqual([]);
  });

  test("asking again with the same key gives the one that runs, and says so", async () => {
    const { region } = newLine(database);
    const messages: unknown[] = [];
    const asking = database.connect({ onNotice: ({ message }) => void messages.push(message) });
    const ask = async () => {
      const [row] = await asking<{ id: number; start_timestamp: Date | null }[]>`
        select id, start_timestamp
        from deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', start => true, idempotency_key => ${region})`;
      return row;
    };
    const first = await ask();
    // That the cell is new.
    messages.splice(0);

    expect(await ask()).toEqual(first);
    expect(first?.start_timestamp).toBeInstanceOf(Date);
    expect(messages).toEqual([`deployment ${first?.id} (api) is there already, from an earlier try`]);
  });
});
