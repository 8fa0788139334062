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

const freezeDev = (options = {}) => policies.freeze({ environment: "dev" }, "sale", options);

describe("lifting a freeze", () => {
  test("wakes exactly the heads, in every cell of it", async () => {
    const [one, other] = [newLine(database), newLine(database)];
    const waiting = [await one.add("queued"), await one.add("queued"), await other.add("queued")] as const;
    const exempt = await newLine(database).add("queued", { concurrencyKey: "k" });
    const running = newLine(database);
    await running.add("running");
    const behind = await running.add("queued");
    const { freeze_id } = await freezeDev({ allowKey: "k", allowRole: new URL(database.url).username });
    const ear = await listen(database, [...waiting, exempt, behind]);
    await policies.thaw(freeze_id);
    expect(await ear.woken()).toEqual([waiting[0], waiting[2]]);
  });

  test("wakes no waiter while another freeze holds", async () => {
    const id = await newLine(database).add("queued");
    const { freeze_id } = await freezeDev();
    await freezeDev();
    const ear = await listen(database, [id]);
    await policies.thaw(freeze_id);
    expect(await ear.woken()).toEqual([]);
  });

  test("twice is fine; it can neither come back nor become another one", async () => {
    const { freeze_id } = await freezeDev();
    const change = (set: string) => sql.unsafe(`update deploy_queue.freezes set ${set} where id = ${freeze_id}`);
    expect(await outcome(change("environment = 'prod'"))).toBe("QD025");
    expect(await outcome(change("expires_at = now() + interval '1 hour'"))).toBe("ok");
    await policies.thaw(freeze_id);
    await policies.thaw(freeze_id);
    expect(await outcome(change("lifted_at = null"))).toBe("QD025");
  });

  test("that does not exist is refused with QD023", async () => {
    expect(await outcome(sql`select deploy_queue.thaw(0)`)).toBe("QD023");
  });
});
