import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
});

describe("a deployment that an operator starts now", () => {
  test("runs beside what holds its cell, is marked, and its event says why and what it has passed", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const ahead = await line.add("queued");
    const id = await line.add("queued");
    const operator = await newLogin("deploy_queue_operator");

    await operator.sql`select deploy_queue.start_now(${id}, 'sev 1')`;

    expect(await queue.deployment(id)).toMatchObject({ status: "running", forced: true, alive_until: null });
    const events = await sql`
      select actor, reason, detail from deploy_queue.deployment_events
      where deployment_id = ${id} and kind = 'bypassed'`;
    expect(events).toMatchObject([
      {
        actor: operator.name,
        reason: `sev 1; passed: deployment ${runner} (api) is running; deployment ${ahead} (api) is ahead in the line`,
        detail: {
          passed: [
            { kind: "running", deployment_id: runner },
            { kind: "queued", deployment_id: ahead },
          ],
        },
      },
    ]);
    expect((await queue.tryStart(ahead)).waitingOn.map(({ deployment_id }) => deployment_id)).toContain(id);
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test("is woken, and no other, and keeps its lease until its waiter says whether it goes on as the keeper", async () => {
    const line = newLine(database);
    await line.add("running");
    const keeping = { heartbeat: true, keeper: "kim" };
    const [kept, left, other] = [
      await line.add("queued", { ...keeping, stopGrace: 5 }),
      await line.add("queued", keeping),
      await line.add("queued"),
    ];
    const ear = await listen(database, [kept, left, other]);
    await queue.line.startNow(kept, "sev 1");
    await queue.line.startNow(left, "sev 1");

    expect(await ear.woken()).toEqual([kept, left]);
    expect(await queue.deployment(left)).toMatchObject({ keeper: "kim", alive_until: expect.any(Date) });
    await database.advance("1 minute");
    const goesOn = await queue.tryStart(kept, { ...keeping, stopGrace: 5 });
    expect(goesOn).toMatchObject({ started: true, deployment: { keeper: "kim", stop_grace: 5 } });
    const { alive_until, start_timestamp } = goesOn.deployment;
    expect(Number(alive_until) - Number(start_timestamp)).toBeGreaterThan(15.9 * 60_000);
    expect(await queue.tryStart(left, { keeper: "kim" })).toMatchObject({
      started: true,
      deployment: { keeper: null, alive_until: null },
    });
    await database.advance("-1 minute");
  });

  test("passes a freeze, a schedule and a held line", async () => {
    const line = newLine(database, "prod");
    const id = await line.add("queued", { notBefore: new Date(Date.now() + 3_600_000) });
    const { freeze_id } = await queue.policies.freeze({ environment: "prod" }, "sale");
    const place = { environment: "prod", cloudProvider: "aws", region: line.region, cellIndex: 0 };
    await queue.policies.holdLine(place, "looks odd");
    expect(await queue.line.startNow(id, "sev 1")).toMatchObject({ forced: true });
    await queue.policies.thaw(freeze_id);
    const [event] = await sql<{ detail: { passed: { kind: string }[] } }[]>`
      select detail from deploy_queue.deployment_events where deployment_id = ${id} and kind = 'bypassed'`;
    expect(event?.detail.passed.map(({ kind }) => kind)).toEqual(["schedule", "freeze", "line-held"]);
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test("is left as it is when it runs already", async () => {
    const id = await newLine(database).add("running");
    expect(await queue.line.startNow(id, "sev 1")).toMatchObject({ forced: false });
  });
});

describe("nothing is started now", () => {
  test.for([
    ["without a reason", "queued", {}, " ", "QD022"],
    ["that has ended", "cancelled", {}, "sev 1", "QD005"],
    ["that is on hold, and no process waits to run", "queued", { hold: "outside" }, "sev 1", "QD007"],
  ] as const)("%s", async ([, state, overrides, reason, code]) => {
    const id = await newLine(database).add(state, overrides);
    expect(await outcome(sql`select deploy_queue.start_now(${id}, ${reason})`)).toBe(code);
  });

  test("by a deployer, or an operator of another environment", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued");
    const deployer = await newLogin("deploy_queue_deployer");
    expect(await outcome(deployer.sql`select deploy_queue.start_now(${id}, 'sev 1')`)).toBe("42501");
    const other = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${other.name} set deploy_queue.allowed_environments = 'prod'`);
    expect(await outcome(other.sql`select deploy_queue.start_now(${id}, 'sev 1')`)).toBe("QD020");
  });
});

test("the reason ends with the call: what the same transaction starts next obeys the rules", async () => {
  const line = newLine(database);
  await line.add("running");
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  const session = database.connect();
  await session.unsafe(
    `begin; select deploy_queue.start_now(${first}, 'sev 1'); select deploy_queue.try_start(${second}); commit`,
  );
  expect((await queue.deployment(second)).status).toBe("queued");
});
