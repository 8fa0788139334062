import { createHash, randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { type Limits, newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await database.queue.roles.create();
});

const token = (name: string, kind: string, limits?: Limits) => newToken(sql, name, kind, limits);

async function call(credential: Buffer, name: string, values: object = {}): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ answer: Record<string, unknown> }[]>`
    select answer from deploy_queue.call(${credential}, ${name}, ${sql.json(JSON.parse(JSON.stringify(values)))}) as answer`;
  return rows.map(({ answer }) => answer);
}

const cell = { environment: "dev", cloud_provider: "aws", region: "us-west-2", cell_index: 1, component: "api" };

test("what is called for a token is done by the token: it enters, starts and finishes", async () => {
  const ci = await token("ci", "deployer");

  const [entered] = await call(ci, "enqueue", { ...cell, max_duration: 90, start: true });
  expect(entered).toMatchObject({ entered_by: "token ci", max_duration: 90, component: "api" });
  const [finished] = await call(ci, "finish", { deployment_id: entered?.["id"] });
  expect(finished?.["finish_timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT/);

  const events = await sql`
    select kind, principal, actor from deploy_queue.deployment_events where deployment_id = ${String(entered?.["id"])} order by id`;
  expect(events.map((event) => ({ ...event }))).toEqual([
    { kind: "enqueued", principal: "token ci", actor: "token ci" },
    { kind: "started", principal: "token ci", actor: "token ci" },
    { kind: "finished", principal: "token ci", actor: "token ci" },
  ]);
});

test("a token has as many deployments that wait or run as it may, and an entry that is sent again is no further one", async () => {
  const ci = await token("few", "deployer", { mostLive: 2 });
  const entry = { ...cell, cell_index: 71 };
  const [first] = await call(ci, "enqueue", { ...entry, start: true });
  await call(ci, "enqueue", { ...entry, idempotency_key: "second" });

  await expect(call(ci, "enqueue", { ...entry, cell_index: 72 })).rejects.toMatchObject({
    ...{ code: "QD077", message: "token few has 2 deployments that wait or run, which is as many as it may have" },
  });
  await call(ci, "enqueue", { ...entry, idempotency_key: "second" });
  await call(await token("many", "deployer"), "enqueue", entry);
  await call(ci, "finish", { deployment_id: first?.["id"] });
  await call(ci, "enqueue", { ...entry, cell_index: 72 });
});

test("who may have few deployments lets nobody have more", async () => {
  const few = await token("few operator", "operator", { mostLive: 2 });
  const make = (name: string, most_live?: number) =>
    call(few, "create_token", { name, kind: "deployer", hash: `\\x${randomBytes(32).toString("hex")}`, most_live });

  for (const most of [undefined, 3]) {
    await expect(make("more", most)).rejects.toMatchObject({ code: "QD072" });
  }
  expect(await make("as few", 2)).toMatchObject([{ most_live: 2 }]);
});

test("nothing of a call is left in the session", async () => {
  const ci = await token("gone", "deployer");
  await sql.begin(async (transaction) => {
    await transaction`select * from deploy_queue.call(${ci}, 'enqueue', ${sql.json(cell)})`;
    const [row] = await transaction`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
      values ('dev', 'aws', 'us-west-2', 2, 'api') returning entered_by`;
    expect(row?.["entered_by"]).not.toContain("token");
  });
});

test("a deployer changes what it entered itself, and nothing of others", async () => {
  const [ours, theirs] = [await token("ours", "deployer"), await token("theirs", "deployer")];
  const [entered] = await call(ours, "enqueue", { ...cell, cell_index: 3 });
  const id = entered?.["id"];

  for (const name of ["try_start", "cancel", "finish"]) {
    await expect(call(theirs, name, { deployment_id: id })).rejects.toMatchObject({
      code: "QD072",
      message: `deployment ${id} was entered by token ours, not by token theirs`,
    });
  }
  const inTheHold = { ...cell, cell_index: 3, parent_id: id, join_parent: true };
  await expect(call(theirs, "enqueue", inTheHold)).rejects.toMatchObject({ code: "QD072" });
  await expect(call(theirs, "cancel", { deployment_id: String(id) })).rejects.toMatchObject({
    code: "QD073",
    message: "deployment_id must be a JSON number, not a string",
  });
  expect(await call(await token("operator", "operator"), "cancel", { deployment_id: id })).toMatchObject([
    { cancellation_kind: "cancelled" },
  ]);
});

test("a token changes only its environments and its components, and calls only its functions", async () => {
  const tied = await token("tied", "deployer", {
    environments: ["dev"],
    components: ["api"],
    functions: ["enqueue", "explain"],
  });

  await call(tied, "enqueue", { ...cell, cell_index: 4 });
  await expect(call(tied, "enqueue", { ...cell, environment: "prod" })).rejects.toMatchObject({
    ...{ code: "QD020", message: "token tied may not change environment prod: it is limited to dev" },
    hint: expect.not.stringContaining("role"),
  });
  await expect(call(tied, "enqueue", { ...cell, component: "web" })).rejects.toMatchObject({
    code: "QD072",
    message: "token tied may change api only",
  });
  await expect(call(tied, "cancel", { deployment_id: 1 })).rejects.toMatchObject({
    code: "QD072",
    message: "token tied may not call cancel",
  });
});

test.for([
  ["reader", "enqueue", "QD072"],
  ["deployer", "set_environment", "QD072"],
  ["deployer", "create_token", "QD072"],
  ["operator", "_lock_cell", "QD071"],
  ["operator", "call", "QD072"],
  ["operator", "pg_sleep", "QD071"],
  ["operator", "tg_deployments__guard", "QD071"],
] as const)("the token of a %s may not call %s", async ([kind, name, code]) => {
  await expect(call(await token(`${kind} ${name}`, kind), name)).rejects.toMatchObject({ code });
});

test("a secret that is not known, has expired or was revoked opens nothing", async () => {
  const [expired, revoked] = [await token("short", "reader", { validFor: "1 hour" }), await token("lost", "reader")];
  await call(revoked, "schema_version");
  await sql`select deploy_queue.revoke_token('lost')`;
  await database.advance("61 minutes");

  for (const credential of [expired, revoked, randomBytes(32)]) {
    await expect(call(credential, "schema_version")).rejects.toMatchObject({ code: "QD070" });
  }
  await token("lost", "reader");
});

test.for([
  [{ ...cell, celk: 1 }, "QD073", "enqueue has no argument celk"],
  [{ ...cell, cell_index: "1" }, "QD073", "cell_index must be a JSON number, not a string"],
  [{ ...cell, component: 5 }, "QD073", "component must be a JSON string, not a number"],
  [{ ...cell, max_duration: "1h" }, "QD073", "max_duration must be a JSON number, not a string"],
  [{ ...cell, command: "rm" }, "QD073", "command must be a JSON array, not a string"],
  [{ ...cell, component: "a'; drop table deploy_queue.cells; --" }, "QD041", undefined],
  [{ environment: "dev" }, "QD073", "enqueue needs cloud_provider, region, cell_index, component"],
] as const)("arguments %j are refused", async ([values, code, message]) => {
  const ci = await token(`arguments ${createHash("md5").update(JSON.stringify(values)).digest("hex")}`, "deployer");
  await expect(call(ci, "enqueue", values)).rejects.toMatchObject({ code, ...(message !== undefined && { message }) });
});

test("the login of a server may call for others and do nothing itself, and no other login can pretend to call", async () => {
  const server = await newLogin("deploy_queue_server");
  const ci = await token("by a server", "deployer");
  const [entered] =
    await server.sql`select answer from deploy_queue.call(${ci}, 'enqueue', ${sql.json({ ...cell, cell_index: 5 })}) as answer`;
  expect(entered).toMatchObject({ answer: { entered_by: "token by a server" } });
  await expect(server.sql`select * from deploy_queue.queue`).rejects.toMatchObject({ code: "42501" });
  await expect(server.sql`select deploy_queue.finish(1)`).rejects.toMatchObject({ code: "42501" });

  const deployer = await newLogin("deploy_queue_deployer");
  const verified = JSON.stringify({ principal: "token ci", kind: "operator" });
  const row = await deployer.sql.begin(async (session) => {
    await session`select set_config('deploy_queue.verified', ${verified}, true)`;
    const [made] = await session`select entered_by from deploy_queue.enqueue('dev', 'aws', 'us-west-2', 6, 'api')`;
    return made;
  });
  expect(row).toEqual({ entered_by: deployer.name });
  await expect(deployer.sql`select deploy_queue.call(${ci}, 'schema_version')`).rejects.toMatchObject({
    code: "42501",
  });
});

test.each([[["1"]], [[null]], [[[1]]]])(
  "ids such as %j are refused, since whose they are is asked of numbers",
  async (ids) => {
    const ci = await token(`ids-${JSON.stringify(ids)}`, "deployer");
    await expect(call(ci, "heartbeats", { deployment_ids: ids })).rejects.toMatchObject({ code: "QD073" });
  },
);
