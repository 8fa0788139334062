import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
});

afterEach(async () => {
  await sql`update deploy_queue.freezes set lifted_at = now() where lifted_at is null`;
});

const kindsOf = async (id: number) => (await queue.line.explain(id)).map(({ kind }) => kind);

describe("a freeze that lets one deployment through", () => {
  test("lets it pass those that it holds, wakes its waiter, and no other", async () => {
    const line = newLine(database);
    const [held, hotfix, last] = [await line.add("queued"), await line.add("queued"), await line.add("queued")];
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    const ear = await listen(database, [held, hotfix, last]);
    await sql`set deploy_queue.actor = 'ann'`;
    await sql`select deploy_queue.allow_through_freeze(${freeze_id}, ${hotfix})`;

    expect(await ear.woken()).toEqual([hotfix]);
    expect(await kindsOf(hotfix)).toEqual([]);
    expect(await kindsOf(held)).toEqual(["freeze"]);
    expect(await kindsOf(last)).toEqual(["freeze", "queued", "queued"]);
    expect((await policies.freezes("dev"))[0]).toMatchObject({ freeze_id, allow_ids: [hotfix] });
    const [event] = await sql`
      select actor, reason from deploy_queue.deployment_events where deployment_id = ${hotfix} and kind = 'allowed'`;
    expect(event).toEqual({ actor: "ann", reason: `freeze ${freeze_id} lets it through: sale` });
    expect(await queue.tryStart(hotfix)).toMatchObject({ started: true });
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test("wakes no waiter that something else keeps waiting", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued");
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    const other = await newLine(database).add("queued");
    const second = await policies.freeze({ environment: "dev" }, "another");
    const ear = await listen(database, [id, other]);
    await policies.allowThroughFreeze(freeze_id, id);
    await policies.allowThroughFreeze(freeze_id, other);
    expect(await ear.woken()).toEqual([]);
    await policies.allowThroughFreeze(second.freeze_id, other);
    expect(await ear.woken()).toEqual([other]);
  });

  test("wakes no waiter that the freeze lets through anyhow", async () => {
    const id = await newLine(database).add("queued");
    const [row] = await sql<
      { id: number }[]
    >`select id from deploy_queue.freeze('dev', 'sale', allow_role => current_user)`;
    const ear = await listen(database, [id]);
    await policies.allowThroughFreeze(row?.id ?? 0, id);
    expect(await ear.woken()).toEqual([]);
  });

  test("does it once, however often it is asked", async () => {
    const id = await newLine(database).add("queued");
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    await policies.allowThroughFreeze(freeze_id, id);
    expect(await policies.allowThroughFreeze(freeze_id, id)).toMatchObject({ allow_ids: [id] });
  });

  test("is what explain proposes", async () => {
    const id = await newLine(database).add("queued");
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    const [reason] = await sql<{ cure: string }[]>`select cure from deploy_queue.explain(${id})`;
    expect(reason?.cure).toBe(
      `deploy_queue.allow_through_freeze(freeze_id => '${freeze_id}', deployment_id => '${id}')` +
        ` or deploy_queue.thaw(freeze_id => '${freeze_id}')`,
    );
  });
});

describe("no freeze lets through", () => {
  test("what runs, has ended, is elsewhere or is not there; nor one that was lifted or is not there", async () => {
    const line = newLine(database);
    const { freeze_id } = await policies.freeze({ environment: "prod" }, "sale");
    const allow = (freeze: number, id: number) =>
      outcome(sql`select deploy_queue.allow_through_freeze(${freeze}, ${id})`);
    expect(await allow(freeze_id, await line.add("running"))).toBe("QD007");
    expect(await allow(freeze_id, await line.add("cancelled"))).toBe("QD005");
    expect(await allow(freeze_id, await line.add("queued"))).toBe("QD025");
    expect(await allow(freeze_id, 999_999)).toBe("QD001");
    expect(await allow(999_999, await line.add("queued"))).toBe("QD023");
    const waiting = await newLine(database, "prod").add("queued");
    await policies.thaw(freeze_id);
    expect(await allow(freeze_id, waiting)).toBe("QD025");
  });

  test("by a deployer, or an operator of another environment", async () => {
    const id = await newLine(database).add("queued");
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    const deployer = await newLogin("deploy_queue_deployer");
    const other = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${other.name} set deploy_queue.allowed_environments = 'prod'`);
    expect(await outcome(deployer.sql`select deploy_queue.allow_through_freeze(${freeze_id}, ${id})`)).toBe("42501");
    expect(await outcome(other.sql`select deploy_queue.allow_through_freeze(${freeze_id}, ${id})`)).toBe("QD020");
    expect(await outcome(other.sql`update deploy_queue.freezes set allow_ids = array[${id}::bigint]`)).toBe("42501");
  });
});
