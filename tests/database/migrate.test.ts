import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Logger, migrate } from "graphile-migrate";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { DatabaseUnavailableError, SchemaError } from "../../src/database/errors.js";
import { migrateSchema } from "../../src/database/migrate.js";
import { firstVersion, objectsAsStatements } from "../../src/database/objects.js";
import { expectedSchemaVersion, migrationsFolder, objectsFolder, schemaVersion } from "../../src/database/schema.js";
import type { DeploymentRequest } from "../../src/queue/deployment.js";
import { Queue } from "../../src/queue/queue.js";
import { waitForStart } from "../../src/queue/waiting.js";
import { runCli, startCli } from "../support/cli.js";
import { isBlockedBy, newPlace, useDirectory } from "../support/commandLine.js";
import { dumpSchema } from "../support/dumpSchema.js";
import { emptyDatabase } from "../support/emptyDatabase.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const directory = useDirectory();

function open(url: string): Database {
  const database = new Database({ url, applicationName: "tests" });
  onTestFinished(() => database.close());
  return database;
}

function migrateOurs(url: string): Promise<void> {
  return migrateSchema(open(url), { url, folder: migrationsFolder(), onProgress: () => undefined });
}

function committedMigrations(): number {
  return readdirSync(join(migrationsFolder(), "committed")).length;
}

/** The schema of a program of another version: its folder of migrations, with sql/ beside it. */
function folderOfVersion(version: number): string {
  const folder = join(directory, `version-${version}-${Date.now()}`);
  cpSync(migrationsFolder(), join(folder, "migrations"), { recursive: true });
  cpSync(objectsFolder(), join(folder, "sql"), { recursive: true });
  const file = join(folder, "sql", "basics", "schema_version.sql");
  writeFileSync(file, readFileSync(file, "utf8").replace(/select \d+;/, `select ${version};`));
  return join(folder, "migrations");
}

/** A database as an earlier program left it. */
async function olderDatabase() {
  const database = await emptyDatabase();
  const folder = folderOfVersion(firstVersion);
  await migrateSchema(open(database.url), { url: database.url, folder, onProgress: () => undefined });
  return database;
}

/** What the first migration of another application leaves behind, made by graphile-migrate itself. */
async function migrateTheirs(url: string, file: string): Promise<void> {
  const folder = join(directory, file.replace(/\W/g, ""));
  mkdirSync(join(folder, "committed"), { recursive: true });
  writeFileSync(
    join(folder, "committed", file),
    "--! Previous: -\n--! Hash: sha1:0000000000000000000000000000000000000000\n--! AllowInvalidHash\n\n" +
      "create table public.theirs (id integer);\n",
  );
  await migrate({ connectionString: url, migrationsFolder: folder, logger: new Logger(() => () => undefined) });
}

describe("migrateSchema", () => {
  test("brings an empty database to the version of this program", async () => {
    const { url } = await emptyDatabase();

    await migrateOurs(url);

    expect(await schemaVersion(open(url))).toBe(expectedSchemaVersion());
  });

  test.for(["the server", "the network"])(
    "rejects as unavailable when %s ends the connection of graphile-migrate, and leaves the program alone",
    async (culprit) => {
      const { url, sql } = await emptyDatabase();
      const proxy = await startProxy(url);
      const inTheWay = postgres(url, { max: 1, onnotice: () => undefined });
      onTestFinished(() => inTheWay.end());
      // The first statement of the migration waits for this schema.
      await inTheWay.unsafe("begin; create schema deploy_queue");
      const migration = migrateOurs(proxy.url).catch((error: unknown) => error);
      const waiters = () => sql<{ pid: number }[]>`
        select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until("the migration waits", async () => (await waiters()).length === 1);
      if (culprit === "the server") {
        const [waiter] = await waiters();
        proxy.refuse();
        await sql`select pg_terminate_backend(${waiter?.pid ?? 0})`;
      } else {
        proxy.refuse();
        proxy.cut();
      }
      expect(await migration).toBeInstanceOf(DatabaseUnavailableError);
    },
  );

  test("changes nothing the second time", async () => {
    const { url, sql } = await emptyDatabase();
    const applied = () => sql`select * from graphile_migrate.migrations`;
    await migrateOurs(url);
    const before = [...(await applied())];

    await migrateOurs(url);

    expect([...(await applied())]).toEqual(before);
  });

  test("lets four migrate an empty database at once", async () => {
    const { url, sql } = await emptyDatabase();

    await Promise.all([migrateOurs(url), migrateOurs(url), migrateOurs(url), migrateOurs(url)]);

    expect(await sql`select from graphile_migrate.migrations`).toHaveLength(committedMigrations());
  });
});

describe("the objects of the schema", () => {
  test("applied once more, or after the objects of an earlier program, are the same", async () => {
    const fresh = await emptyDatabase();
    await migrateOurs(fresh.url);
    const schema = await dumpSchema(fresh.sql);
    await fresh.sql.unsafe(objectsAsStatements(objectsFolder())).simple();
    expect(await dumpSchema(fresh.sql)).toBe(schema);

    const older = await olderDatabase();
    expect(await dumpSchema(older.sql)).not.toBe(schema);
    await migrateOurs(older.url);
    expect(await dumpSchema(older.sql)).toBe(schema);
  });

  test("are made good by the next run where a crash left tables without them", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate({
      connectionString: url,
      migrationsFolder: migrationsFolder(),
      logger: new Logger(() => () => undefined),
    });
    expect(await schemaVersion(open(url))).toBeUndefined();

    expect((await runCli(["environment", "list"], { DEPLOY_QUEUE_DATABASE_URL: url })).code).toBe(0);

    expect(await sql`select deploy_queue.schema_version() as version`).toEqual([{ version: expectedSchemaVersion() }]);
  });

  test("are whole after any number of migrations that were killed", async () => {
    const { url, sql } = await emptyDatabase();
    for (let milliseconds = 100; ; milliseconds *= 1.3) {
      const { process: child, end } = startCli(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: url });
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      const { code } = await end;
      clearTimeout(timer);
      if (code === 0) break;
    }
    const fresh = await emptyDatabase();
    await migrateOurs(fresh.url);
    expect(await dumpSchema(sql)).toBe(await dumpSchema(fresh.sql));
  });

  test("that differ though the version is the same are replaced by the command migrate, and by no other", async () => {
    const { url, sql } = await emptyDatabase();
    await migrateOurs(url);
    const schema = await dumpSchema(sql);
    const other = folderOfVersion(expectedSchemaVersion());
    appendFileSync(
      join(other, "..", "sql", "basics", "_one_line.sql"),
      "comment on function deploy_queue._one_line is 'other';",
    );
    await sql.unsafe(objectsAsStatements(objectsFolder(other))).simple();
    const variables = { DEPLOY_QUEUE_DATABASE_URL: url };

    await runCli(["environment", "list"], variables);
    expect(await dumpSchema(sql)).not.toBe(schema);
    expect(await runCli(["migrate"], variables)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("the functions and views differ from"),
    });
    // A comment that only the other had stays.
    await sql.unsafe("comment on function deploy_queue._one_line is null");
    expect(await dumpSchema(sql)).toBe(schema);
    expect((await runCli(["migrate"], variables)).stderr).toBe("");
  });

  test("of an earlier program change nothing where those of a later one have come meanwhile", async () => {
    const { url, sql } = await emptyDatabase();
    await migrateOurs(url);
    const schema = await dumpSchema(sql);
    const earlier = objectsAsStatements(objectsFolder(folderOfVersion(firstVersion)));
    await expect(sql.unsafe(earlier).simple()).rejects.toThrow("a newer program has brought the schema up to date");
    expect(await dumpSchema(sql)).toBe(schema);
  });

  test("name what they use by its schema, so that nothing in public takes its place", async () => {
    const { url, sql } = await emptyDatabase();
    await sql.unsafe(`
      create function public.now_of_mine(interval, integer) returns interval language sql as 'select $1';
      create operator public./ (function = public.now_of_mine, leftarg = interval, rightarg = integer)`);
    await migrateOurs(url);
    const [row] = await sql`
      select count(*)::integer from pg_depend
      where refclassid = 'pg_operator'::regclass and refobjid = (
        select oid from pg_operator where oprname = '/' and oprnamespace = 'public'::regnamespace
      )`;
    expect(row).toEqual({ count: 0 });
  });
});

describe("a migration while deployments run and wait", () => {
  test("loses none of thirty waiters and no heartbeat: all get their turn, in order, and none twice", async () => {
    const { url, sql } = await olderDatabase();
    // As a program of that version does it.
    const enqueued = await sql<{ id: number; line: number }[]>`
      select deployments.id::integer, line
      from generate_series(1, 32) as number, lateral (select number % 2 as line) as lines,
        lateral deploy_queue.enqueue('dev', 'aws', 'us-west-2', line, 'api', heartbeat => true) as deployments`;
    const linesOf = (ids: readonly number[]): number[][] =>
      [0, 1].map((line) => ids.filter((id) => enqueued.some((row) => row.id === id && row.line === line)));
    const started: number[] = [];
    const asleep = new Set<number>();
    let beats = 0;
    const atWork = new AbortController();
    const lives = enqueued.map(async ({ id }, index) => {
      const queue = new Queue(open(url));
      await waitForStart(queue, id, { heartbeat: true, onLook: () => void asleep.add(id) });
      started.push(id);
      const isFirst = index < 2;
      while (isFirst && !atWork.signal.aborted) {
        await queue.heartbeat(id);
        beats += 1;
      }
      await queue.finish(id);
    });
    await until("two run and thirty wait", () => started.length === 2 && asleep.size === 30);

    expect((await runCli(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: url })).code).toBe(0);
    expect(await schemaVersion(open(url))).toBe(expectedSchemaVersion());
    expect(started).toHaveLength(2);
    const before = beats;
    await until("both runners beat on", () => beats > before + 10);
    atWork.abort();
    await Promise.all(lives);

    expect(linesOf(started)).toEqual(linesOf(enqueued.map(({ id }) => id)));
    const events = await sql<{ kind: string }[]>`
      select kind, count(*)::integer from deploy_queue.deployment_events where to_state is not null group by kind order by kind`;
    expect([...events]).toEqual([
      { kind: "enqueued", count: 32 },
      { kind: "finished", count: 32 },
      { kind: "started", count: 32 },
    ]);
    expect(await new Queue(open(url)).history.verify()).toEqual([]);
  });

  test("fails no call that has begun before it and goes on after it", async () => {
    const { url, sql } = await olderDatabase();
    const line = new Queue(open(url));
    const place = { environment: "dev", cloudProvider: "aws", region: "us-west-2", cellIndex: 1, component: "api" };
    const running = await line.enqueue(place, { heartbeat: true });
    await line.tryStart(running.id, { heartbeat: true });
    const waiting = await line.enqueue(place, { heartbeat: true });
    const leaving = await line.enqueue(place);
    const migration = postgres(url, { max: 1, onnotice: () => undefined });
    onTestFinished(() => migration.end());
    await migration.unsafe(`begin; ${objectsAsStatements(objectsFolder())}`);

    // As a migration that changes a table: they have looked up what they call, and wait.
    await migration.unsafe("lock table deploy_queue.deployments in access exclusive mode");
    const another = (): Queue => new Queue(open(url));
    const calls = [
      another().tryStart(waiting.id, { heartbeat: true }),
      another().heartbeat(running.id),
      another().cancel(leaving.id),
      another().enqueue(place),
      another().finish(running.id),
    ];
    const outcomes = Promise.allSettled(calls);
    await until("all of them wait", async () => {
      const blocked = await sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return blocked.length === calls.length;
    });
    await migration.unsafe("commit");

    expect((await outcomes).map(({ status }) => status)).toEqual(calls.map(() => "fulfilled"));
  });

  test("leaves those of the program before it as they were: what they ask means the same", async () => {
    const { url, sql } = await olderDatabase();
    await migrateOurs(url);
    const enqueue = () => sql<{ id: string }[]>`
      select * from deploy_queue.enqueue(environment => 'dev', cloud_provider => 'aws', region => 'us-west-2',
        cell_index => 1, component => 'api', version => 'v1', url => null, note => null, concurrency_key => null,
        heartbeat => true, idempotency_key => null, max_duration => null)`;
    const start = (id = "") => sql`
      select attempt.started, attempt.waiting_on, extract(epoch from attempt.look_again_in)::float8 as seconds,
        (attempt.deployment).*
      from deploy_queue.try_start(deployment_id => ${id}, heartbeat => true) as attempt`;
    const [[first], [second]] = [await enqueue(), await enqueue()];

    expect(await start(first?.id)).toMatchObject([{ started: true, id: first?.id, waiting_on: [] }]);
    expect(await start(second?.id)).toMatchObject([
      { started: false, id: second?.id, waiting_on: [{ kind: "running", deployment_id: Number(first?.id) }] },
    ]);
    expect(await sql`select position from deploy_queue.forecast(deployment_id => 2)`).toMatchObject([{ position: 1 }]);
    await sql`select * from deploy_queue.finish(deployment_id => 1)`;
    expect(await start(second?.id)).toMatchObject([{ started: true }]);
  });

  test("and the way back to the program before it: both stand in one line, and all get their turn", async () => {
    const { url, sql } = await emptyDatabase();
    await migrateOurs(url);
    const place = newPlace();
    const variables = { DEPLOY_QUEUE_DATABASE_URL: url };
    const run = () => startCli(["run", ...place.options, "--", "true"], variables);
    const queue = new Queue(open(url));
    const { environment, region } = place;
    const holder = await queue.enqueue({
      environment,
      region,
      cloudProvider: "aws",
      cellIndex: 0,
      component: "holder",
    });
    await queue.tryStart(holder.id);
    const before = run();
    await isBlockedBy(before, holder.id);

    // What makes this program an older one.
    await sql.unsafe(`
      alter table deploy_queue.deployments add column later text, add column later_still integer not null default 7;
      create or replace function deploy_queue.schema_version() returns integer language sql immutable as 'select 999'`);
    const after = run();
    await isBlockedBy(after, holder.id);
    await queue.finish(holder.id);

    const { code, stderr } = await before.end;
    expect(code, stderr).toBe(0);
    expect(await after.end).toMatchObject({ code: 0, stderr: expect.stringContaining("has version 999") });
    const rows = await sql`
      select id::integer, status from deploy_queue.deployments_with_status order by start_timestamp, id`;
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual(["1 finished", "2 finished", "3 finished"]);
    expect(await queue.history.verify()).toEqual([]);
  });

  test.for<readonly [string, (queue: Queue, id: number, request: DeploymentRequest) => Promise<unknown>]>([
    ["enqueue", (queue, _, request) => queue.enqueue(request)],
    ["finish", (queue, id) => queue.finish(id)],
    ["cancel", (queue, id) => queue.cancel(id)],
    ["begin_verification", (queue, id) => queue.beginVerification(id)],
  ])("lets a call of %s that waits for it succeed, although it has more to give back then", async ([name, call]) => {
    const { url, sql } = await emptyDatabase();
    await migrateOurs(url);
    const queue = new Queue(open(url));
    const request = { environment: "dev", cloudProvider: "aws", region: name, cellIndex: 0, component: "api" };
    const { id } = await queue.enqueue(request);
    await queue.tryStart(id);
    const migration = postgres(url, { max: 1 });
    onTestFinished(() => migration.end());
    await migration.unsafe("begin; alter table deploy_queue.deployments add column later text");
    const called = call(queue, id, request);
    await until("the call waits", async () => {
      const waiting = await sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return waiting.length > 0;
    });
    await migration.unsafe("commit");
    expect(await called).toMatchObject({ region: name, later: null });
  });

  test("by two processes at once happens once, and both end well", async () => {
    const { url, sql } = await olderDatabase();
    const migrate = () => runCli(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: url });

    const ends = await Promise.all([migrate(), migrate()]);

    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(await sql`select from graphile_migrate.migrations`).toHaveLength(committedMigrations());
  });
});

describe("a migration behind a long transaction", () => {
  /** A transaction has written to deployments and stays open. */
  async function withWriter() {
    const { url, sql } = await olderDatabase();
    const writer = postgres(url, { max: 1 });
    onTestFinished(() => writer.end());
    await writer.unsafe("begin; update deploy_queue.deployments set note = note where false");
    return { url, sql, writer };
  }

  test("lets others deploy while it waits, and ends when the transaction does", async () => {
    const { url, sql, writer } = await withWriter();
    // A trigger that changes locks its table; what stays as it is does not.
    const folder = folderOfVersion(expectedSchemaVersion() + 1);
    const file = join(folder, "..", "sql", "waking", "tg_deployments__wake.sql");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("after update of finish_timestamp,", "after update of note,"),
    );
    const migration = migrateSchema(open(url), { url, folder, onProgress: () => undefined });
    await until("the migration waits for a lock", async () => {
      const waiting = await sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      return waiting.length > 0;
    });

    const enqueued = await sql`
      select id from deploy_queue.enqueue('prod', 'aws', 'us-west-2', 1, 'api')`;
    expect(enqueued).toHaveLength(1);
    expect(await schemaVersion(open(url))).toBe(firstVersion);
    await writer.unsafe("commit");
    await migration;

    expect(await schemaVersion(open(url))).toBe(expectedSchemaVersion() + 1);
    expect(await sql`select status from deploy_queue.deployments_with_status`).toEqual([{ status: "queued" }]);
  });

  test("does not wait for it where no trigger changes", async () => {
    const { url, writer } = await withWriter();
    await migrateOurs(url);
    expect(await schemaVersion(open(url))).toBe(expectedSchemaVersion());
    await writer.unsafe("commit");
  });
});

describe("a database that another version of ours has migrated", () => {
  const migrations = (sql: postgres.Sql) => sql`select hash from graphile_migrate.migrations`;

  test("is left alone where a newer program has begun, and nothing is said of dropping it", async () => {
    const { url, sql } = await olderDatabase();
    await sql`insert into graphile_migrate.migrations (hash, previous_hash, filename)
      select 'sha1:later', hash, '000002-later.sql' from graphile_migrate.migrations`;
    const error = await migrateOurs(url).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      hint: expect.stringContaining("a newer deploy-queue has migrated it: update this one"),
    });
    expect(String(error)).not.toContain("first release");
    expect(await migrations(sql)).toHaveLength(2);
  });

  test("is told that it was made before the first release where its tables are others", async () => {
    const { url, sql } = await olderDatabase();
    await sql`update graphile_migrate.migrations set hash = 'sha1:earlier'`;
    await expect(migrateOurs(url)).rejects.toThrow("was made before the first release");
    expect(await schemaVersion(open(url))).toBe(firstVersion);
  });
});

describe("a database in which another application keeps its migrations", () => {
  test.each(["000001-theirs.sql", "000001-tables.sql"])("is refused when theirs is %s", async (file) => {
    const { url, sql, hasQueue } = await emptyDatabase();
    await migrateTheirs(url, file);
    const applied = await sql`select * from graphile_migrate.migrations`;
    expect(applied).toHaveLength(1);

    const error = await migrateOurs(url).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(SchemaError);
    expect(String(error)).toContain("another application keeps its migrations");
    expect(await hasQueue()).toBe(false);
    expect([...(await sql`select * from graphile_migrate.migrations`)]).toEqual([...applied]);
  });

  test("is refused when the table was written by hand, and by the command line in one line with 4", async () => {
    const { url, sql, hasQueue } = await emptyDatabase();
    await sql.unsafe(`
      create schema graphile_migrate;
      create table graphile_migrate.migrations (
        hash text primary key,
        previous_hash text references graphile_migrate.migrations,
        filename text not null,
        date timestamptz not null default now()
      );
      insert into graphile_migrate.migrations (hash, filename) values ('sha1:abc', '000001.sql');
    `);

    const { code, stdout, stderr } = await runCli(["environment", "list"], { DEPLOY_QUEUE_DATABASE_URL: url });

    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^deploy-queue: another application keeps its migrations in .*database of its own.*\n$/);
    expect(await hasQueue()).toBe(false);
  });
});
