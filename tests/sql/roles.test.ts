import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorCode } from "../../src/database/unavailable.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";

const database = useDatabase();
const { sql } = database;
const reader = database.connect();
const powerless = `powerless_${process.pid}`;
const forbidden = "42501";

beforeAll(async () => {
  await database.queue.createRoles();
  await newLine(database).add("queued", { version: "v1" });
  await sql.unsafe(`create role ${powerless} nologin`);
  await sql.unsafe(`grant usage on schema deploy_queue to ${powerless}`);
  await reader.unsafe("set role deploy_queue_reader");
});
afterAll(async () => {
  await sql.unsafe(`drop owned by ${powerless}; drop role ${powerless}`);
});

async function relations(kinds: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select format('deploy_queue.%I', relname) as name from pg_class
    where relnamespace = 'deploy_queue'::regnamespace and relkind = any (string_to_array(${kinds}, ',')) order by 1`;
  return rows.map(({ name }) => name);
}

async function codeOf(statement: string): Promise<string | undefined> {
  return reader.unsafe(statement).then(
    () => undefined,
    (error: unknown) => errorCode(error),
  );
}

describe("deploy_queue_reader", () => {
  test("reads every public view, and the tables of places, policies and workers", async () => {
    const views = (await relations("v")).filter((name) => !name.includes("._"));
    for (const name of [...views, "deploy_queue.cells", "deploy_queue.environments", "deploy_queue.workers"]) {
      expect(await codeOf(`select * from ${name}`), name).toBeUndefined();
    }
    const [queued] = await reader`select "position" from deploy_queue.queue`;
    expect(queued).toEqual({ position: 1 });
  });

  test("reads no other table, and no private view", async () => {
    const readable = ["cells", "environments", "workers"].map((name) => `deploy_queue.${name}`);
    const tables = (await relations("r")).filter((name) => !readable.includes(name));
    expect(tables).toContain("deploy_queue.deployments");
    for (const name of [...tables, ...(await relations("v")).filter((name) => name.includes("._"))]) {
      expect(await codeOf(`select * from ${name}`), name).toBe(forbidden);
    }
  });

  test("writes nothing", async () => {
    for (const name of await relations("r,v")) {
      const writes = [`delete from ${name}`, `insert into ${name} default values`];
      for (const write of writes) {
        expect(["42501", "55000", "0A000"], write).toContain(await codeOf(write));
      }
    }
    for (const name of await relations("r")) {
      expect(await codeOf(`truncate ${name}`), name).toBe(forbidden);
    }
  });

  test.each([
    "enqueue('dev', 'aws', 'r', 0, 'api')",
    "try_start(1)",
    "finish(1)",
    "cancel(1)",
    "heartbeat(1)",
    "cancel_version('api', 'v1')",
    "cancel_location('dev', 'aws', 'r')",
    "set_environment('dev')",
    "reap_stale_deployments()",
    "prune_history()",
    "worker_seen('a', 'b')",
    "refresh_durations()",
  ])("cannot call %s", async (call) => {
    expect(await codeOf(`select deploy_queue.${call}`)).toBe(forbidden);
  });
});

describe("create_roles", () => {
  test("may be repeated, and says what is new", async () => {
    expect(await database.queue.createRoles()).toEqual([{ role_name: "deploy_queue_reader", created: false }]);
  });

  test("refuses with QD012 and the cure when the caller may not create roles", async () => {
    const session = database.connect();
    await session.unsafe(
      `begin; alter role deploy_queue_reader rename to reader_${process.pid}; set role ${powerless}`,
    );

    const failure = await session`select deploy_queue.create_roles()`.catch((error: unknown) => error);
    await session.unsafe("rollback");

    expect(failure).toMatchObject({
      code: "QD012",
      hint: expect.stringContaining("create role deploy_queue_reader nologin"),
    });
  });
});
