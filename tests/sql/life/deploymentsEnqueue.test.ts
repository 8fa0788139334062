import { describe, expect, test } from "vitest";
import type { Deployment } from "../../../src/queue/deployment.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;
const place = (region: string) => ({ environment: "dev", cloud_provider: "aws", region, cell_index: 0 });
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

const insert = (row: Readonly<Record<string, unknown>>) =>
  sql<Deployment[]>`insert into deploy_queue.deployments ${sql({ component: "api", ...row })} returning *`;

const asking = (region: string, column = "", value = "") => `
  insert into deploy_queue.deployments
    (environment, cloud_provider, region, cell_index, component, start_timestamp ${column})
  values ('dev', 'aws', '${region}', 0, 'api', 'infinity' ${value}) returning *`;

describe("a plain INSERT", () => {
  test("gets the next place in the line", async () => {
    const [first] = await insert(place("single"));
    const [second] = await insert(place("single"));
    expect(second?.id).toBeGreaterThan(first?.id ?? Number.NaN);
    expect(await sql`select status from deploy_queue.deployments_with_status where id = ${second?.id ?? 0}`).toEqual([
      { status: "queued" },
    ]);
  });

  test("of several rows gives them places in their order", async () => {
    const rows = ["one", "two", "three"].map((component) => ({ ...place("several"), component }));
    const ids = await sql<{ id: number; component: string }[]>`
      insert into deploy_queue.deployments ${sql(rows)} returning id, component`;
    expect([...ids].sort((one, other) => one.id - other.id).map(({ component }) => component)).toEqual([
      "one",
      "two",
      "three",
    ]);
    expect(await sql`select deployment_id from deploy_queue.waiting_on(${ids[2]?.id ?? 0})`).toEqual([
      { deployment_id: ids[0]?.id },
      { deployment_id: ids[1]?.id },
    ]);
  });

  test("as a COPY gives places too", async () => {
    const session = database.connect();
    const stream = await session`
      copy deploy_queue.deployments (environment, cloud_provider, region, cell_index, component) from stdin`.writable();
    const end = new Promise((resolve, reject) => stream.on("finish", resolve).on("error", reject));
    stream.end("dev\taws\tcopied\t0\tone\ndev\taws\tcopied\t0\ttwo\n");
    await end;
    const rows = await sql<{ id: number; component: string }[]>`
      select id, component from deploy_queue.deployments where region = 'copied' order by id`;
    expect(rows.map(({ component }) => component)).toEqual(["one", "two"]);
    expect(await sql`select deployment_id from deploy_queue.waiting_on(${rows[1]?.id ?? 0})`).toHaveLength(1);
  });

  test("creates the cell once", async () => {
    const [first] = await insert(place("cells"));
    const [second] = await insert(place("cells"));
    expect(second).toMatchObject({ cell_id: first?.cell_id });
    expect(await sql`select from deploy_queue.cells where region = 'cells'`).toHaveLength(1);
  });

  test("overrules cell_id, updated_at and the time of a heartbeat", async () => {
    const [row] = await insert({
      ...place("overruled"),
      cell_id: 4711,
      updated_at: ago(60),
      heartbeat_timestamp: ago(60),
    });
    const [stored] = await sql`
      select cells.region, updated_at > now() - interval '1 minute' as updated,
        heartbeat_timestamp = updated_at as heartbeat
      from deploy_queue.deployments join deploy_queue.cells on cells.id = cell_id
      where deployments.id = ${row?.id ?? 0}`;
    expect(stored).toEqual({ region: "overruled", updated: true, heartbeat: true });
  });

  test("with an id is refused, also with OVERRIDING SYSTEM VALUE", async () => {
    await expect(insert({ ...place("given"), id: 5 })).rejects.toMatchObject({ code: "428C9" });
    const row = { ...place("given"), component: "api", id: 5 };
    await expect(
      sql`insert into deploy_queue.deployments (${sql(Object.keys(row))}) overriding system value values ${sql(Object.values(row))}`,
    ).rejects.toMatchObject({ code: "QD008", message: "id 5 was given, but ids are drawn by the line" });
  });

  test("into an unknown environment is refused with QD002", async () => {
    await expect(insert({ ...place("r"), environment: "nope" })).rejects.toMatchObject({ code: "QD002" });
  });

  test.for([
    ["created_at", {}],
    ["start_timestamp", {}],
    ["finish_timestamp", { start_timestamp: ago(1) }],
    ["cancellation_timestamp", {}],
  ] as const)("with %s in the future is refused with QD009", async ([field, more]) => {
    await expect(insert({ ...place("future"), ...more, [field]: ago(-10) })).rejects.toMatchObject({
      code: "QD009",
      message: "api has a timestamp that lies in the future or is infinite",
    });
  });

  test.for([
    ["no other deployment", "running"],
    ["running", "queued"],
    ["queued", "queued"],
  ] as const)("that is to start when it may, behind %s, is %s", async ([other, status]) => {
    const line = newLine(database);
    if (other !== "no other deployment") await line.add(other);
    const [row] = await sql.unsafe<Deployment[]>(asking(line.region));
    expect(await sql`select status from deploy_queue.deployments_with_status where id = ${row?.id ?? 0}`).toEqual([
      { status },
    ]);
    expect(row?.start_timestamp === null).toBe(status === "queued");
    expect(Number(row?.start_timestamp)).toBeLessThanOrEqual(Date.now());
  });

  test.for(["finish_timestamp", "cancellation_timestamp"])(
    "that is to start when it may and has a %s is refused",
    async (ended) => {
      const ending = asking("infinite", `, ${ended}`, ", now()");
      await expect(sql.unsafe(ending)).rejects.toMatchObject({ code: "23514" });
    },
  );

  test("draws no number when it is refused", async () => {
    const line = newLine(database);
    const before = await line.add("running");
    await expect(insert({ ...place(line.region), start_timestamp: ago(0) })).rejects.toMatchObject({
      code: "QD003",
      message: `api may not start: deployment ${before} (api) is running`,
    });
    expect(await line.add("queued")).toBe(before + 1);
  });
});

describe("history", () => {
  test("that finished keeps its timestamps", async () => {
    const [row] = await insert({ ...place("h1"), start_timestamp: ago(20), finish_timestamp: ago(10) });
    expect(row).toMatchObject({ cancellation_timestamp: null });
    expect(row?.created_at).toEqual(row?.start_timestamp);
  });

  test("that was cancelled, before or after its start, is accepted", async () => {
    await insert({ ...place("h2"), cancellation_timestamp: ago(10), cancellation_note: "no" });
    await insert({ ...place("h2"), created_at: ago(30), start_timestamp: ago(20), cancellation_timestamp: ago(10) });
    expect(await sql`select from deploy_queue.deployments where region = 'h2'`).toHaveLength(2);
  });

  test("is accepted while the cell is busy", async () => {
    const line = newLine(database);
    await line.add("running");
    await insert({ ...place(line.region), start_timestamp: ago(20), finish_timestamp: ago(10) });
  });

  test("within the buffer is waited for", async () => {
    const line = newLine(database, "prod");
    const [row] = await insert({
      ...place(line.region),
      environment: "prod",
      start_timestamp: ago(20),
      finish_timestamp: ago(1),
    });
    const id = await line.add("queued");
    expect(await sql`select kind, deployment_id from deploy_queue.waiting_on(${id})`).toEqual([
      { kind: "buffer", deployment_id: row?.id },
    ]);
  });

  test("that still runs is accepted in a free cell, and starts now", async () => {
    const before = ago(0);
    const [row] = await insert({ ...place("h3"), start_timestamp: ago(20) });
    expect(row?.["start_timestamp"]).toBeInstanceOf(Date);
    expect(Number(row?.["start_timestamp"])).toBeGreaterThanOrEqual(Number(before));
  });

  test("that still runs starts after what its transaction waited for has finished", async () => {
    const line = newLine(database);
    const holder = await line.add("running");
    const session = await openSession(database);
    await session.begin();
    // From here on now() stands still there.
    await session.sql`select`;
    const finished = await database.queue.finish(holder);
    const [row] = await session.sql<{ start_timestamp: Date }[]>`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
      values ('dev', 'aws', ${line.region}, 0, 'api', now()) returning start_timestamp`;
    await session.commit();
    expect(Number(row?.start_timestamp)).toBeGreaterThanOrEqual(Number(finished.finish_timestamp));
  });

  test.for(["running", "queued"] as const)("that still runs is refused behind a %s deployment", async (state) => {
    const line = newLine(database);
    const blocker = await line.add(state);
    await expect(insert({ ...place(line.region), start_timestamp: ago(20) })).rejects.toMatchObject({
      code: "QD003",
      message: expect.stringContaining(`deployment ${blocker} (api) is`),
    });
  });

  test("of two rows that both run is refused in one statement", async () => {
    const row = { ...place("h4"), component: "api", start_timestamp: ago(20) };
    await expect(sql`insert into deploy_queue.deployments ${sql([row, row])}`).rejects.toMatchObject({ code: "QD003" });
    const sharing = { ...row, concurrency_key: "x" };
    await sql`insert into deploy_queue.deployments ${sql([sharing, sharing])}`;
  });
});
