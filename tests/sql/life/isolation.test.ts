import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();

describe.for(["repeatable read", "serializable"])("a %s transaction, whose snapshot may be too old,", (isolation) => {
  test.for([
    ["enqueue", "select deploy_queue.enqueue('dev', 'aws', 'isolated', 1, 'api')"],
    [
      "INSERT",
      "insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component) values ('dev', 'aws', 'isolated', 1, 'api')",
    ],
    ["try_start", "select deploy_queue.try_start($id)"],
    ["try_start of one that has to wait", "select deploy_queue.try_start($last)"],
    ["UPDATE", "update deploy_queue.deployments set start_timestamp = now() where id = $id"],
    ["UPDATE to the end", "update deploy_queue.deployments set cancellation_timestamp = now() where id = $id"],
    ["cancel", "select deploy_queue.cancel($id)"],
    [
      "cancel_location",
      "select deploy_queue.cancel_location('dev', 'aws', (select region from deploy_queue.deployments where id = $id))",
    ],
    ["cancel_version", "select deploy_queue.cancel_version('api', 'isolated')"],
  ] as const)("is refused with QD011 for %s", async ([, statement]) => {
    const line = newLine(database);
    const id = await line.add("queued", { version: "isolated" });
    const last = await line.add("queued");
    const session = await openSession(database);
    await session.begin(isolation);

    const query = statement.replace("$id", String(id)).replace("$last", String(last));
    expect(await outcome(session.sql.unsafe(query))).toBe("QD011");
    await session.rollback();
  });

  test("is named by health, where a plain statement has it", async () => {
    const session = await openSession(database);
    await session.sql.unsafe(`set default_transaction_isolation = '${isolation}'`);
    const problems = await session.sql`select text from deploy_queue.health() where status = 'failed'`;
    await session.sql`reset default_transaction_isolation`;

    expect(problems).toContainEqual({
      text: `transactions begin as ${isolation} here, in which nothing can be changed`,
    });
  });

  test("may send heartbeats and ask", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    const session = await openSession(database);
    await session.begin(isolation);

    expect(await outcome(session.sql`select deploy_queue.heartbeat(${id})`)).toBe("ok");
    expect(await outcome(session.sql`select deploy_queue.waiting_on(${id})`)).toBe("ok");
    expect(await outcome(session.sql`select deploy_queue.preflight('dev', 'aws', 'r', 1, 'api')`)).toBe("ok");
    await session.commit();
  });

  test("reads every view as it was at its first look, and holds up no other session", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const next = await line.add("queued");
    const views = await database.sql<{ name: string }[]>`
      select format('deploy_queue.%I', relname) as name from pg_class
      where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v' and relname !~ '^_'`;
    const session = await openSession(database);
    await session.begin(isolation);
    const states = () => session.sql<{ status: string }[]>`
      select status from deploy_queue.deployments_with_status where region = ${line.region} order by id`;
    const before = await states();

    await database.queue.finish(runner);
    expect((await database.queue.tryStart(next)).started).toBe(true);

    for (const { name } of views) expect(await outcome(session.sql.unsafe(`select * from ${name}`)), name).toBe("ok");
    expect([...(await states())]).toEqual([...before]);
    expect(await outcome(session.commit())).toBe("ok");
    expect((await states()).map(({ status }) => status)).toEqual(["finished", "running"]);
  });

  test("that waited for a row which others changed fails as PostgreSQL's own do, and changes nothing", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    const session = await openSession(database);
    await session.begin(isolation);
    await session.sql`select count(*) from deploy_queue.deployments`;
    await database.queue.finish(id);
    expect(
      await outcome(session.sql`update deploy_queue.deployments set heartbeat_timestamp = now() where id = ${id}`),
    ).toBe("40001");
    await session.rollback();
  });
});

test("where another level is the default of a role, the error says how to change that", async () => {
  const session = database.connect();
  await session`set default_transaction_isolation = 'serializable'`;
  const enqueue = () => session`select deploy_queue.enqueue('dev', 'aws', 'default', 1, 'api')`;
  const [user] = await session<{ name: string }[]>`select quote_ident(session_user) as name`;
  const cure = `alter role ${user?.name} set default_transaction_isolation = 'read committed'`;

  await expect(enqueue()).rejects.toMatchObject({ code: "QD011", hint: expect.stringContaining(cure) });
});

test("a read committed transaction does the whole life of a deployment in plain SQL", async () => {
  const { region } = newLine(database);
  const session = await openSession(database);
  await session.begin("read committed");
  const [row] = await session.sql<{ id: number }[]>`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'aws', ${region}, 0, 'api') returning id`;
  const id = row?.id ?? 0;
  for (const field of ["start_timestamp", "heartbeat_timestamp", "finish_timestamp"]) {
    await session.sql`update deploy_queue.deployments set ${session.sql(field)} = now() where id = ${id}`;
  }
  await session.commit();
  expect((await database.queue.history.of(id)).map(({ kind }) => kind)).toEqual(["enqueued", "started", "finished"]);
  expect((await database.queue.deployment(id)).status).toBe("buffering");
});
