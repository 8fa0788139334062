import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, type Session, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

const start = ({ sql }: Session, id: number) =>
  outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`);
const eventsOf = async (id: number) => (await queue.history.of(id)).map(({ kind }) => kind);

describe("a savepoint", () => {
  test("that a start is rolled back to frees the cell, and the start never happened", async () => {
    const id = await newLine(database).add("queued");
    const one = await openSession(database);
    const other = await openSession(database);
    await one.begin();
    await one.sql.unsafe("savepoint before");
    expect(await start(one, id)).toBe("ok");
    const pending = start(other, id);
    await untilBlocked(database, other, one);
    await one.sql.unsafe("rollback to before");
    expect(await pending).toBe("ok");
    await one.commit();
    expect(await eventsOf(id)).toEqual(["enqueued", "started"]);
  });

  test("outlives a refusal, and what was done before it stays", async () => {
    const line = newLine(database);
    await line.add("running");
    const session = await openSession(database);
    await session.begin();
    const [row] = await session.sql<{ id: number }[]>`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
      values ('dev', 'aws', ${line.region}, 0, 'api') returning id`;
    const id = row?.id ?? 0;
    await session.sql.unsafe("savepoint before");
    expect(await start(session, id)).toBe("QD003");
    await session.sql.unsafe("rollback to before");
    await session.commit();
    expect(await eventsOf(id)).toEqual(["enqueued"]);
  });

  test("that is released keeps the cell until the commit", async () => {
    const line = newLine(database);
    const first = await line.add("queued");
    const second = await line.add("queued", { concurrencyKey: "x" });
    const one = await openSession(database);
    const other = await openSession(database);
    await one.begin();
    await one.sql.unsafe("savepoint before");
    await start(one, first);
    await one.sql.unsafe("release before");
    const pending = start(other, second);
    await untilBlocked(database, other, one);
    await one.commit();
    expect(await pending).toBe("QD003");
  });
});

describe("while a client holds its transaction open after an INSERT", () => {
  async function holder(region: string): Promise<Session> {
    const session = await openSession(database);
    await session.begin();
    await session.sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
      values ('dev', 'aws', ${region}, 0, 'held')`;
    return session;
  }

  test("heartbeats and questions do not wait for it", async () => {
    const line = newLine(database);
    const running = await line.add("running", { heartbeat: true });
    const waiting = await line.add("queued");
    const held = await holder(line.region);

    await queue.heartbeat(running);
    expect((await queue.line.forecast(waiting))?.position).toBe(1);
    expect(await queue.line.queued("dev")).toContainEqual(expect.objectContaining({ deployment_id: waiting }));
    await held.rollback();
  });

  test("a client with a limit to its patience gives up, and starts later", async () => {
    const line = newLine(database);
    const id = await line.add("queued");
    const held = await holder(line.region);
    const impatient = await openSession(database);
    await impatient.sql.unsafe("set lock_timeout = '50ms'");

    expect(await start(impatient, id)).toBe("QD031");
    await held.commit();

    expect(await start(impatient, id)).toBe("ok");
  });
});

describe("COPY", () => {
  const columns = "environment, cloud_provider, region, cell_index, component, start_timestamp";

  /** By the server itself: the driver keeps the error of a COPY that a client sends to itself. */
  const copy = (rows: readonly string[][]): Promise<string> => {
    const lines = rows.map((row) => row.join("\\t")).join("\\n");
    return outcome(
      sql.unsafe(`copy deploy_queue.deployments (${columns}) from program $$printf '${lines}\\n'$$ (null '-')`),
    );
  };

  test("into many cells gives each its line", async () => {
    const { region } = newLine(database);
    const rows = [...Array(60).keys()].map((place) => ["dev", "aws", region, String(place % 20), "api", "-"]);
    expect(await copy(rows)).toBe("ok");
    const cells = await sql<{ count: number }[]>`
      select count(*)::integer as count from deploy_queue.queue where region = ${region} group by cell_index`;
    expect([...cells]).toEqual(Array(20).fill({ count: 3 }));
  });

  test("of two that run in one cell is refused as a whole", async () => {
    const { region } = newLine(database);
    const runner = ["dev", "aws", region, "0", "api", new Date(Date.now() - 60_000).toISOString()];
    expect(await copy([runner, runner])).toBe("QD003");
    expect(await sql`select from deploy_queue.deployments where region = ${region}`).toHaveLength(0);
  });
});

describe("statements over many cells from two sessions, in opposite order,", () => {
  const cells = 12;
  /** A deadlock at most, or the refusal of the one that came second. */
  const ends = ["ok", "QD003", "QD007", "40P01"];

  async function atOnce(statement: (order: "asc" | "desc") => string): Promise<string[]> {
    const sessions = await Promise.all([openSession(database), openSession(database)]);
    const codes: string[] = [];
    for (const { sql: session } of sessions) await session`set deadlock_timeout = '20ms'`;
    for (let round = 0; round < 8; round++) {
      codes.push(
        ...(await Promise.all(
          (["asc", "desc"] as const).map((order, which) =>
            outcome((sessions[which] ?? sessions[0]).sql.unsafe(statement(order))),
          ),
        )),
      );
    }
    return codes;
  }

  test("INSERT of runners: each cell has one", async () => {
    const { region } = newLine(database);
    const codes = await atOnce(
      (order) => `
        insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
        select 'dev', 'aws', '${region}', cell, 'api', now() from generate_series(1, ${cells}) as cell order by cell ${order}`,
    );
    expect(codes.filter((code) => !ends.includes(code))).toEqual([]);
    const running = await sql<{ count: number }[]>`
      select count(*)::integer as count from deploy_queue.deployments where region = ${region} group by cell_index`;
    expect([...running]).toEqual(Array(cells).fill({ count: 1 }));
  });

  test("INSERT of waiters: the lines are in order, and nothing is lost but what a deadlock undid", async () => {
    const { region } = newLine(database);
    const codes = await atOnce(
      (order) => `
        insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
        select 'dev', 'aws', '${region}', cell, 'api' from generate_series(1, ${cells}) as cell order by cell ${order}`,
    );
    const done = codes.filter((code) => code === "ok").length;
    expect(codes.filter((code) => !["ok", "40P01"].includes(code))).toEqual([]);
    expect(done).toBeGreaterThanOrEqual(8);
    expect(await sql`select from deploy_queue.queue where region = ${region}`).toHaveLength(done * cells);
  });

  test("UPDATE that starts: each cell has one runner", async () => {
    const { region } = newLine(database);
    for (let cell = 0; cell < cells; cell++) {
      await database.enqueue({ region, cellIndex: cell });
      await database.enqueue({ region, cellIndex: cell });
    }
    const codes = await atOnce(
      (order) => `
        update deploy_queue.deployments set start_timestamp = now()
        where id = any (array(
          select min(id) from deploy_queue.deployments where region = '${region}' group by cell_id order by cell_id ${order}
        ))`,
    );
    expect(codes.filter((code) => !ends.includes(code))).toEqual([]);
    const started = await sql<{ count: number }[]>`
      select count(*)::integer as count from deploy_queue.deployments
      where region = ${region} and start_timestamp is not null group by cell_index`;
    expect([...started]).toEqual(Array(cells).fill({ count: 1 }));
  });

  test("left nothing in the events that contradicts the rules", async () => {
    expect(await database.queue.history.verify()).toEqual([]);
  });
});
