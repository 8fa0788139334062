import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { type Line, newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);
const statusOf = async (id: number) => (await queue.deployment(id)).status;

/** A deployment that runs in each of the lines, and in each line a part of the one that runs in the line before. */
async function ring(...lines: readonly Line[]) {
  const parents: number[] = [];
  for (const line of lines) parents.push(await line.add("running", { heartbeat: true }));
  const parts: number[] = [];
  for (const [place, line] of lines.entries()) {
    const parentId = parents[(place + lines.length - 1) % lines.length] ?? 0;
    parts.push(await line.add("queued", { component: "part", parentId, heartbeat: true }));
  }
  return { parents, parts };
}

async function expectToGiveWay(id: number, circle: readonly number[]): Promise<void> {
  const labels = circle.map((member) => expect.stringContaining(`deployment ${member} (`));
  const deployment = await queue.deployment(id);
  expect(deployment).toMatchObject({ status: "cancelled", cancellation_kind: "gave-way" });
  const [why, names] = deployment.cancellation_note?.split(": ") ?? [];
  expect(why).toBe("it gave way, since these wait for each other");
  expect(names?.split(", ")).toEqual(labels);
}

describe("a circle of waits", () => {
  test.for([2, 3])("over %s cells is found by the look that closes it, and the youngest gives way", async (count) => {
    const { parents, parts } = await ring(...Array.from({ length: count }, () => newLine(database)));
    const [youngest = 0, first = 0] = [parts.at(-1), parts[0]];
    const { started, deployment } = await queue.tryStart(youngest, { heartbeat: true });
    expect({ started, id: deployment.id }).toEqual({ started: false, id: youngest });
    // Each waits for the one that it is named before.
    const circle = parts.flatMap((part, place) => [part, parents[place] ?? 0]);
    await expectToGiveWay(youngest, [...circle.slice(-2), ...circle.slice(0, -2)]);
    expect(await statusOf(first)).toBe("queued");
    expect(
      await sql`select detail from deploy_queue.deployment_events where deployment_id = ${youngest} and kind = 'cancelled'`,
    ).toEqual([{ detail: { how: "gave-way" } }]);
  });

  test("is found by the look of any member", async () => {
    const { parts } = await ring(newLine(database), newLine(database));
    const [first = 0, youngest = 0] = parts;
    expect((await queue.tryStart(first)).started).toBe(false);
    expect(await Promise.all([statusOf(first), statusOf(youngest)])).toEqual(["queued", "cancelled"]);
  });

  test("leads through a stranger, between a parent and its part with its key", async () => {
    const line = newLine(database);
    const parent = await line.add("running", { concurrencyKey: "x", heartbeat: true });
    const stranger = await line.add("queued");
    const part = await line.add("queued", { component: "part", concurrencyKey: "x", parentId: parent });
    await queue.tryStart(part);
    await expectToGiveWay(part, [part, stranger, parent]);
    expect(await statusOf(stranger)).toBe("queued");
  });

  test("is not there while a wait has another end", async () => {
    const { parents, parts } = await ring(newLine(database), newLine(database));
    await queue.finish(parents[0] ?? 0);
    expect((await queue.tryStart(parts[1] ?? 0)).started).toBe(false);
    expect(await statusOf(parts[1] ?? 0)).toBe("queued");
    expect((await queue.tryStart(parts[0] ?? 0)).started).toBe(true);
  });

  test("is not looked for by a deployment without a parent", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued");
    const session = await openSession(database);
    await session.begin();
    await session.sql.unsafe(`
      create or replace function deploy_queue._circle(candidate deploy_queue.deployments) returns bigint[]
      language plpgsql as $$ begin raise 'looked'; end $$`);
    expect(await outcome(session.sql`select deploy_queue.try_start(${id})`)).toBe("ok");
    await session.rollback();
  });
});

/**
 * A part with key x that does not wait for the holder of its cell, which has this key; one with no key does. The holder waits for a part
 * of its own, and that for the parent of the first part. So a circle closes when the part has to wait for the one without a key.
 */
async function nearlyClosed(details: { hold?: "outside"; notBefore?: Date }) {
  const [near, far] = [newLine(database), newLine(database)];
  const parent = await near.add("running", { heartbeat: true });
  const holder = await far.add("running", { concurrencyKey: "x", heartbeat: true });
  const back = await near.add("queued", { component: "back", parentId: holder, heartbeat: true });
  const part = await far.add("queued", { component: "part", concurrencyKey: "x", parentId: parent, ...details });
  const stranger = await far.add("queued", { component: "stranger" });
  await queue.tryStart(part);
  await queue.tryStart(back);
  expect(await Promise.all([part, back, stranger].map(statusOf))).not.toContain("cancelled");
  return { far, parent, holder, back, part, stranger };
}

describe("a circle is closed", () => {
  test("by a release", async () => {
    const { parent, holder, back, part, stranger } = await nearlyClosed({ hold: "outside" });
    await queue.holds.release(part, { heartbeat: false, key: "" });
    await queue.tryStart(back);
    await expectToGiveWay(stranger, [stranger, holder, back, parent, part]);
  });

  test("by a bump", async () => {
    const { parent, holder, back, part, stranger } = await nearlyClosed({
      notBefore: new Date(Date.now() + 3_600_000_000),
    });
    await queue.line.bump(stranger, "sev 1");
    await queue.tryStart(part);
    await expectToGiveWay(stranger, [stranger, holder, back, parent, part]);
  });

  test("by the exception of a freeze", async () => {
    const [near, far] = [newLine(database), newLine(database)];
    const parent = await near.add("running", { heartbeat: true });
    await sql`select deploy_queue.freeze('dev', 'model freeze', 'aws', ${far.region}, allow_key => 'fix', allow_role => session_user)`;
    const part = await far.add("queued", { component: "part", parentId: parent });
    const fix = await far.add("queued", { component: "fix", concurrencyKey: "fix" });
    const back = await near.add("queued", { component: "back", parentId: fix });
    await queue.tryStart(back);
    expect(await statusOf(back)).toBe("queued");
    expect((await queue.tryStart(fix)).started).toBe(true);
    await queue.tryStart(part);
    await expectToGiveWay(back, [back, parent, part, fix]);
  });
});

describe("a circle that two find at once", () => {
  test("is ended once when the first look is that of the youngest", async () => {
    const { parts } = await ring(newLine(database), newLine(database));
    const [first = 0, youngest = 0] = parts;
    const early = await openSession(database);
    await early.begin();
    await early.sql`select deploy_queue.try_start(${youngest})`;
    // It does not wait for the other session.
    expect((await queue.tryStart(first)).started).toBe(false);
    await early.commit();
    expect(await Promise.all([statusOf(first), statusOf(youngest)])).toEqual(["queued", "cancelled"]);
  });

  test("is ended once when the first look is that of another one", async () => {
    const { parts } = await ring(newLine(database), newLine(database));
    const [first = 0, youngest = 0] = parts;
    const [early, late] = [await openSession(database), await openSession(database)];
    await early.begin();
    await early.sql`select deploy_queue.try_start(${first})`;
    const pending = outcome(late.sql`select deploy_queue.try_start(${youngest})`);
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await pending).toBe("QD005");
    expect(await Promise.all([statusOf(first), statusOf(youngest)])).toEqual(["queued", "cancelled"]);
  });
});

test("a look of a role that may not change the youngest leaves it to a look of the youngest", async () => {
  await queue.roles.create();
  const login = await newLogin("deploy_queue_deployer");
  await sql.unsafe(`alter role ${login.name} set deploy_queue.allowed_environments = 'prod'`);
  const { parts } = await ring(newLine(database, "prod"), newLine(database, "dev"));
  const [first = 0, youngest = 0] = parts;
  expect(await login.sql`select started from deploy_queue.try_start(${first})`).toEqual([{ started: false }]);
  expect(await statusOf(youngest)).toBe("queued");
  await queue.tryStart(youngest);
  expect(await statusOf(youngest)).toBe("cancelled");
});
