import { afterEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;

afterEach(async () => {
  await sql`update deploy_queue.freezes set lifted_at = now() where lifted_at is null`;
});

const kindsOf = async (id: number) => (await queue.line.explain(id)).map(({ kind }) => kind);

describe("a deployment that a freeze lets through no more", () => {
  test("waits with the others, and wakes the exception behind it and nobody else", async () => {
    const line = newLine(database);
    const [held, first, second] = [await line.add("queued"), await line.add("queued"), await line.add("queued")];
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    await policies.allowThroughFreeze(freeze_id, first);
    await policies.allowThroughFreeze(freeze_id, second);
    expect(await kindsOf(second)).toEqual(["queued"]);
    const ear = await listen(database, [held, first, second]);
    await sql`set deploy_queue.actor = 'ann'`;

    await sql`select deploy_queue.disallow_through_freeze(${freeze_id}, ${first})`;
    expect(await ear.woken()).toEqual([second]);
    expect(await kindsOf(first)).toContain("freeze");
    expect(await kindsOf(second)).toEqual([]);
    const [event] = await sql`
      select actor, reason from deploy_queue.deployment_events where deployment_id = ${first} and kind = 'disallowed'`;
    expect(event).toEqual({ actor: "ann", reason: `freeze ${freeze_id} holds it again: sale` });
    expect(await policies.disallowThroughFreeze(freeze_id, first)).toMatchObject({ allow_ids: [second] });
    expect(await queue.tryStart(first)).toMatchObject({ started: false });
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test("goes on when it has started, and is left alone when it has ended or the freeze was lifted", async () => {
    const line = newLine(database);
    await line.add("queued");
    const id = await line.add("queued");
    const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
    const disallow = () => outcome(sql`select deploy_queue.disallow_through_freeze(${freeze_id}, ${id})`);
    await policies.allowThroughFreeze(freeze_id, id);
    await queue.tryStart(id);
    expect(await disallow()).toBe("QD007");
    await queue.finish(id);
    expect(await disallow()).toBe("QD006");
    const waiting = await newLine(database).add("queued");
    await policies.thaw(freeze_id);
    expect(await outcome(sql`select deploy_queue.disallow_through_freeze(${freeze_id}, ${waiting})`)).toBe("QD025");
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });
});
