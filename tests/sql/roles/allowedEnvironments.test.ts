import postgres from "postgres";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { type Login, useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
  await sql`insert into deploy_queue.environments (environment) values ('staging'), ('dev2'), ('empty')`;
});

/** A login that may change only these environments. */
async function tiedTo(environments: string, ...memberOf: string[]): Promise<Login> {
  const login = await newLogin(...memberOf);
  await sql.unsafe(`alter role ${login.name} set deploy_queue.allowed_environments = '${environments}'`);
  return login;
}

const enqueue = ({ sql }: Login, environment: string) =>
  outcome(sql`select deploy_queue.enqueue(${environment}, 'aws', 'r', 0, 'api')`);

test("a deployer without the setting goes anywhere", async () => {
  const login = await newLogin("deploy_queue_deployer");
  expect(await enqueue(login, "prod")).toBe("ok");
});

test.for([
  ["dev,staging", "dev", "ok"],
  ["dev,staging", "staging", "ok"],
  [" dev , staging ", "staging", "ok"],
  ["dev,staging", "prod", "QD020"],
  ["dev,staging", "dev2", "QD020"],
  ["", "dev", "QD020"],
  ["dev", "nowhere", "QD020"],
] as const)("a deployer tied to %j enters the line in %s: %s", async ([environments, environment, code]) => {
  expect(await enqueue(await tiedTo(environments, "deploy_queue_deployer"), environment)).toBe(code);
});

test("the error names the role, the environment and the setting", async () => {
  const { name, sql: session } = await tiedTo("dev", "deploy_queue_deployer");
  await expect(session`select deploy_queue.enqueue('prod', 'aws', 'r', 0, 'api')`).rejects.toMatchObject({
    message: `role ${name} may not change environment prod`,
    hint: expect.stringContaining("deploy_queue.allowed_environments"),
  });
});

describe("a tied deployer changes nothing elsewhere, by", () => {
  test.for([
    ["try_start", "queued"],
    ["cancel", "queued"],
    ["finish", "running"],
    ["cancel", "running"],
    ["heartbeat", "running"],
  ] as const)("%s of one that is %s", async ([name, state]) => {
    const id = await newLine(database, "prod").add(state, { heartbeat: true });
    const { sql: session } = await tiedTo("dev", "deploy_queue_deployer");
    const before = await sql`select * from deploy_queue.deployments where id = ${id}`;

    expect(await outcome(session.unsafe(`select deploy_queue.${name}(${id})`))).toBe("QD020");

    expect([...(await sql`select * from deploy_queue.deployments where id = ${id}`)]).toEqual([...before]);
  });
});

test("a tied deployer does not ask for the turn of what has to wait elsewhere", async () => {
  const line = newLine(database, "prod");
  await line.add("running");
  const id = await line.add("queued");
  const { sql: session } = await tiedTo("dev", "deploy_queue_deployer");
  expect(await outcome(session`select deploy_queue.try_start(${id})`)).toBe("QD020");
});

test.for(["release", "purge"])("a tied deployer does not %s what is held elsewhere", async (name) => {
  const { id } = await database.enqueue({ environment: "prod", hold: "outside" });
  const { sql: session } = await tiedTo("dev", "deploy_queue_deployer");
  expect(await outcome(session.unsafe(`select deploy_queue.${name}(${id}, 'why')`))).toBe("QD020");
});

test("a tied deployer waits, deploys and looks around at home", async () => {
  const line = newLine(database);
  const id = await line.add("queued");
  const { sql: session } = await tiedTo("dev", "deploy_queue_deployer");
  expect(await session`select started from deploy_queue.try_start(${id})`).toEqual([{ started: true }]);
  await session`select deploy_queue.heartbeat(${id})`;
  await session`select deploy_queue.finish(${id})`;
  const elsewhere = await newLine(database, "prod").add("queued");
  expect(await session`select from deploy_queue.forecast(${elsewhere})`).toHaveLength(1);
  expect(await session`select from deploy_queue.queue where deployment_id = ${elsewhere}`).toHaveLength(1);
});

describe("a tied operator", () => {
  test.for([
    "insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component) values ('prod', 'aws', 'r', 0, 'api')",
    "update deploy_queue.deployments set heartbeat_timestamp = now() where environment = 'prod'",
    "select deploy_queue.cancel_version('api', 'v-tied')",
    "select deploy_queue.set_environment('prod', buffer_time => '1 second')",
    "select deploy_queue.set_environment('brand-new')",
    "insert into deploy_queue.environments (environment) values ('brand-new')",
    "update deploy_queue.environments set buffer_time = '0' where environment = 'prod'",
    "update deploy_queue.environments set environment = 'dev9' where environment = 'empty'",
    "update deploy_queue.environments set environment = 'staging9' where environment = 'dev2'",
    "select deploy_queue.cancel_location('prod', 'aws', 'tied')",
    "select deploy_queue.bump((select max(id) from deploy_queue.deployments where environment = 'prod'), 'sev 1')",
    "select deploy_queue.freeze('prod', 'sale')",
    "select deploy_queue.thaw(max(id)) from deploy_queue.freezes where environment = 'prod'",
    "insert into deploy_queue.freezes (environment, reason) values ('prod', 'sale')",
    "update deploy_queue.freezes set lifted_at = now() where environment = 'prod' and lifted_at is null",
    "select deploy_queue.add_window('prod', '{1}', '09:00', '10:00')",
    "select deploy_queue.remove_window(max(id)) from deploy_queue.maintenance_windows where environment = 'prod'",
    "update deploy_queue.maintenance_windows set environment = 'dev' where environment = 'prod'",
  ])("is refused: %s", async (statement) => {
    await database.enqueue({ environment: "prod", region: "tied", version: "v-tied" });
    await sql`select deploy_queue.freeze('prod', 'over', cloud_provider => 'elsewhere')`;
    await sql`select deploy_queue.add_window('prod', '{1,2,3,4,5,6,7}', '00:00', '24:00')`;
    const { sql: session } = await tiedTo("dev,dev2,dev9", "deploy_queue_operator");
    expect(await outcome(session.unsafe(statement))).toBe("QD020");
  });

  test("reaps what is stale at home, and leaves the others to others", async () => {
    const here = await newLine(database).add("running", { heartbeat: true });
    const there = await newLine(database, "prod").add("running", { heartbeat: true });
    await database.advance("16 minutes");
    const { sql: session } = await tiedTo("dev", "deploy_queue_operator");

    const reaped = await session<{ id: number }[]>`select id from deploy_queue.reap_stale_deployments()`;

    expect(reaped.map(({ id }) => id)).toContain(here);
    expect((await queue.deployment(there)).status).toBe("running");
  });
});

test("a tied operator prunes at home only", async () => {
  const finished = async (environment: string) => {
    const [row] = await sql<{ id: number }[]>`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, start_timestamp, cancellation_timestamp)
      values (${environment}, 'aws', 'old', 0, 'api', now() - interval '9 days', now() - interval '8 days') returning id`;
    return row?.id ?? 0;
  };
  await sql`update deploy_queue.environments set retention = '1 day'`;
  const [here, there] = [await finished("dev"), await finished("prod")];
  const { sql: session } = await tiedTo("dev", "deploy_queue_operator");

  await session`select deploy_queue.prune_history()`;

  const left = await sql<{ id: number }[]>`select id from deploy_queue.deployments where id in (${here}, ${there})`;
  expect([...left]).toEqual([{ id: there }]);
  await sql`update deploy_queue.environments set retention = null`;
});

describe("there is no way out by", () => {
  test.for([
    "set deploy_queue.allowed_environments = 'prod'",
    "select set_config('deploy_queue.allowed_environments', 'prod', false)",
    "reset deploy_queue.allowed_environments",
    "reset all",
    "discard all",
    "alter role current_user reset all",
    "set role deploy_queue_deployer",
    "set role $other",
    "set search_path = pg_temp; create temporary view pg_db_role_setting as select null::oid as setrole",
  ])("%s", async (statement) => {
    const other = await newLogin("deploy_queue_deployer");
    const login = await tiedTo("dev", "deploy_queue_deployer", other.name);
    await login.sql.unsafe(statement.replace("$other", other.name));
    expect(await enqueue(login, "prod")).toBe("QD020");
  });

  test.for([
    "alter role current_user set deploy_queue.allowed_environments = 'prod'",
    "alter role current_user set \"Deploy_Queue.Allowed_Environments\" = 'prod'",
    "alter role current_user in database $database set deploy_queue.allowed_environments = 'prod'",
    "alter role current_user reset deploy_queue.allowed_environments",
    "set role none; set session authorization postgres",
  ])("%s, which is not allowed", async (statement) => {
    const login = await tiedTo("dev", "deploy_queue_deployer");
    const { pathname } = new URL(database.url);
    await login.sql.unsafe(statement.replace("$database", pathname.slice(1))).catch(() => undefined);
    expect(await enqueue(login, "prod")).toBe("QD020");
  });

  test("options of the connection", async () => {
    const login = await tiedTo("dev", "deploy_queue_deployer");
    const url = `${login.url}?options=${encodeURIComponent("-c deploy_queue.allowed_environments=prod")}`;
    const session = postgres(url, { max: 1 });
    onTestFinished(() => session.end());
    expect(await session`show deploy_queue.allowed_environments`).toEqual([
      { "deploy_queue.allowed_environments": "prod" },
    ]);
    expect(await outcome(session`select deploy_queue.enqueue('prod', 'aws', 'r', 0, 'api')`)).toBe("QD020");
  });
});

test("the setting of the role in this database counts before its setting everywhere", async () => {
  const login = await tiedTo("dev", "deploy_queue_deployer");
  const { pathname } = new URL(database.url);
  await sql.unsafe(
    `alter role ${login.name} in database ${pathname.slice(1)} set deploy_queue.allowed_environments = 'prod'`,
  );
  expect([await enqueue(login, "dev"), await enqueue(login, "prod")]).toEqual(["QD020", "ok"]);
});

test("a role that was put on is tied as well", async () => {
  const tied = await tiedTo("dev", "deploy_queue_deployer");
  const gateway = await newLogin("deploy_queue_deployer", tied.name);
  expect(await enqueue(gateway, "prod")).toBe("ok");
  await gateway.sql.unsafe(`set role ${tied.name}`);
  expect(await enqueue(gateway, "prod")).toBe("QD020");
  await expect(gateway.sql`select deploy_queue.enqueue('prod', 'aws', 'r', 0, 'api')`).rejects.toMatchObject({
    message: `role ${gateway.name} as ${tied.name} may not change environment prod`,
  });
});
