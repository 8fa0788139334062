import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { type Login, useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);
let operator: Login;

beforeAll(async () => {
  await queue.roles.create();
  operator = await newLogin("deploy_queue_operator");
});

/** Runs the statement in a transaction with a reason to bypass the rules; resolves to its SQLSTATE or "ok". */
async function bypass(statement: string, { sql: session } = operator, reason = "sev 1"): Promise<string> {
  const code = await outcome(
    session.unsafe(`begin; set local deploy_queue.bypass_reason = '${reason}'; ${statement}; commit`),
  );
  if (code !== "ok") await session.unsafe("rollback");
  return code;
}

const start = (id: number) => `update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;
const tryStart = (id: number) => `select deploy_queue.try_start(${id})`;
const insertInto = (region: string, columns = "start_timestamp", values = "now()") => `
  insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, ${columns})
  values ('prod', 'aws', '${region}', 0, 'imported', ${values})`;

async function rowsIn(region: string) {
  return sql<{ id: number; component: string; status: string; forced: boolean }[]>`
    select id, component, status, forced from deploy_queue.deployments_with_status where region = ${region} order by id`;
}

const eventsOf = (id: number) => sql<{ kind: string; reason: string | null; actor: string }[]>`
  select kind, reason, actor from deploy_queue.deployment_events where deployment_id = ${id} order by id`;

describe("an operator with a reason starts", () => {
  test.for([
    ["try_start", tryStart],
    ["UPDATE", start],
  ] as const)("by %s one that has to wait, and the row and an event say so", async ([, statement]) => {
    const line = newLine(database, "prod");
    const runner = await line.add("running");
    const ahead = await line.add("queued");
    const last = await line.add("queued");

    expect(await bypass(statement(last))).toBe("ok");

    expect((await rowsIn(line.region)).map(({ status, forced }) => [status, forced])).toEqual([
      ["running", false],
      ["queued", false],
      ["running", true],
    ]);
    expect([...(await eventsOf(last))].slice(1)).toEqual([
      {
        kind: "bypassed",
        reason: `sev 1; passed: deployment ${runner} (api) is running; deployment ${ahead} (api) is ahead in the line`,
        actor: operator.name,
      },
      { kind: "started", reason: null, actor: operator.name },
    ]);
  });

  test("one during a buffer", async () => {
    const line = newLine(database, "prod");
    await line.add("finished");
    const id = await line.add("queued");
    expect(await bypass(tryStart(id))).toBe("ok");
    expect((await queue.deployment(id)).status).toBe("running");
  });

  test("by INSERT what runs already elsewhere, beside another", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    expect(await bypass(insertInto(line.region))).toBe("ok");
    expect((await rowsIn(line.region)).at(-1)).toMatchObject({ status: "running", forced: true });
  });

  test("several beside each other", async () => {
    const line = newLine(database, "prod");
    const ids = [await line.add("queued"), await line.add("queued"), await line.add("queued")];
    expect(await bypass(ids.map(start).join(";"))).toBe("ok");
    expect((await rowsIn(line.region)).map(({ forced }) => forced)).toEqual([true, true, true]);
  });
});

describe("history that an operator imports with a reason", () => {
  test("keeps its timestamps and is marked", async () => {
    const line = newLine(database, "prod");
    const at = "now() - interval '2 days', now() - interval '1 day'";
    expect(await bypass(insertInto(line.region, "start_timestamp, finish_timestamp", at))).toBe("ok");
    const [row] = await rowsIn(line.region);
    expect(row).toMatchObject({ status: "finished", forced: true });
    expect((await eventsOf(row?.id ?? 0)).map(({ kind }) => kind)).toEqual([
      "enqueued",
      "bypassed",
      "started",
      "finished",
    ]);
  });

  test("is not marked when it never started, since no rule was in its way", async () => {
    const line = newLine(database, "prod");
    await bypass(insertInto(line.region, "cancellation_timestamp", "now() - interval '1 day'"));
    await bypass(insertInto(line.region, "note", "'waits'"));
    expect((await rowsIn(line.region)).map(({ forced }) => forced)).toEqual([false, false]);
  });
});

describe("a forced runner", () => {
  test("keeps others out as any runner does, by every way in", async () => {
    const line = newLine(database, "prod");
    const forced = await line.add("queued");
    const next = await line.add("queued");
    await bypass(start(forced));

    expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ kind: "running", deployment_id: forced }]);
    expect(await outcome(sql.unsafe(start(next)))).toBe("QD003");
    expect(await outcome(sql.unsafe(insertInto(line.region)))).toBe("QD003");
  });

  test("lets in those that share its concurrency key", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    const forced = await line.add("queued", { concurrencyKey: "x" });
    const friend = await line.add("queued", { concurrencyKey: "x" });
    await bypass(start(forced));
    expect((await queue.tryStart(friend)).waitingOn.map(({ deployment_id }) => deployment_id)).not.toContain(forced);
  });

  test("finishes into a buffer, and wakes the next when it is the last to leave", async () => {
    const line = newLine(database, "prod");
    const runner = await line.add("running");
    const forced = await line.add("queued");
    const next = await line.add("queued");
    await bypass(start(forced));
    const ear = await listen(database, [next]);

    await queue.finish(runner);
    expect(await ear.woken()).toEqual([]);
    await queue.finish(forced);

    expect(await ear.woken()).toEqual([next]);
    expect((await queue.deployment(forced)).status).toBe("buffering");
  });

  test("is cancelled like any other", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    const forced = await line.add("queued");
    await bypass(start(forced));
    await queue.cancel(forced, "enough");
    expect((await queue.deployment(forced)).status).toBe("cancelled");
  });
});

describe("the setting does nothing", () => {
  test.for(["deploy_queue_deployer", "deploy_queue_reader"])("for a member of %s", async (role) => {
    const line = newLine(database, "prod");
    const runner = await line.add("running");
    const waiting = await line.add("queued");
    const login = await newLogin(role);
    await sql.unsafe(`
      grant usage on schema deploy_queue to ${login.name};
      grant execute on function deploy_queue.try_start to ${login.name};
      grant select, insert, update on deploy_queue.deployments to ${login.name}`);

    expect(await bypass(tryStart(waiting), login)).toBe("ok");
    expect(await bypass(start(waiting), login)).toBe("QD003");
    expect(await bypass(insertInto(line.region), login)).toBe("QD003");

    expect((await queue.deployment(waiting)).status).toBe("queued");
    expect((await eventsOf(waiting)).map(({ kind }) => kind)).toEqual(["enqueued", "refused"]);
    await queue.finish(runner);
  });

  test("for an operator that has put on another role", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    const waiting = await line.add("queued");
    const both = await newLogin("deploy_queue_operator", "deploy_queue_deployer");
    await both.sql.unsafe("set role deploy_queue_deployer");
    await bypass(tryStart(waiting), both);
    expect((await queue.deployment(waiting)).status).toBe("queued");
  });

  test("without a reason in it", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    expect(await bypass(start(await line.add("queued")), operator, " ")).toBe("QD003");
  });

  test("with nothing but a line break in it", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    expect(await bypass(start(await line.add("queued")), operator, "\n")).toBe("QD003");
  });

  test("after the transaction", async () => {
    const line = newLine(database, "prod");
    await line.add("running");
    const waiting = await line.add("queued");
    await bypass("select 1");
    expect(await outcome(operator.sql.unsafe(start(waiting)))).toBe("QD003");
  });
});

test("a reason of several lines is kept as one", async () => {
  const line = newLine(database, "prod");
  await line.add("running");
  const id = await line.add("queued");
  expect(await bypass(start(id), operator, "sev 1:\n\tcheckout is down")).toBe("ok");
  expect((await eventsOf(id)).find(({ kind }) => kind === "bypassed")?.reason).toMatch(/^sev 1: checkout is down; /);
});

test("the owner of the schema, and a superuser, need no role for it", async () => {
  const line = newLine(database, "prod");
  await line.add("running");
  const superuser = { name: "", url: "", sql: database.connect() };
  expect(await bypass(start(await line.add("queued")), superuser)).toBe("ok");

  const owner = await newLogin();
  const [{ before } = { before: "" }] = await sql<{ before: string }[]>`
    select nspowner::regrole::text as before from pg_namespace where nspname = 'deploy_queue'`;
  await sql.unsafe(`
    alter schema deploy_queue owner to ${owner.name};
    grant select, update on deploy_queue.deployments to ${owner.name}`);
  expect(await bypass(start(await line.add("queued")), owner)).toBe("ok");
  await sql.unsafe(`alter schema deploy_queue owner to ${before}`);
});

describe("no hand marks a row as forced:", () => {
  test("an INSERT that says forced is not", async () => {
    const line = newLine(database, "prod");
    await sql.unsafe(insertInto(line.region, "forced", "true"));
    expect(await rowsIn(line.region)).toMatchObject([{ forced: false }]);
  });

  test.for(["queued", "running"] as const)(
    "an UPDATE of one that is %s is refused, for its owner and for an operator",
    async (state) => {
      const id = await newLine(database).add(state);
      const mark = `update deploy_queue.deployments set forced = true where id = ${id}`;
      expect(await outcome(sql.unsafe(mark))).toBe("QD007");
      expect(await bypass(mark)).toBe("42501");
    },
  );
});

describe("even with a reason", () => {
  test.for([
    ["an ended one never changes", (id: number) => `select deploy_queue.cancel(${id}); ${tryStart(id)}`, "QD005"],
    ["ids are drawn by the line", () => insertInto("r", "id, start_timestamp", "1, now()"), "428C9"],
    ["nothing lies in the future", () => insertInto("r", "start_timestamp", "now() + interval '1 day'"), "QD009"],
    ["history is kept", () => "delete from deploy_queue.deployments", "42501"],
  ] as const)("%s", async ([, statement, code]) => {
    expect(await bypass(statement(await newLine(database).add("queued")))).toBe(code);
  });

  test("an operator stays in its environments", async () => {
    const tied = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${tied.name} set deploy_queue.allowed_environments = 'dev'`);
    expect(await bypass(insertInto(newLine(database).region), tied)).toBe("QD020");
  });
});
