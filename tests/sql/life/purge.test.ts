import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { holds } = queue;
const release = (id: number) => holds.release(id, { heartbeat: false, key: "" });

describe("a purge", () => {
  test("of what was released meanwhile is refused with QD029", async () => {
    const held = await newLine(database).add("queued", { hold: "outside" });
    await release(held);
    await queue.tryStart(held);
    expect(await outcome(sql`select deploy_queue.purge(${held})`)).toBe("QD029");
    expect((await queue.deployment(held)).status).toBe("running");
  });

  test("twice is fine", async () => {
    const held = await newLine(database).add("queued", { hold: "outside" });
    await holds.purge(held);
    expect((await holds.purge(held)).cancellation_timestamp).not.toBeNull();
  });

  test("of one in line wakes the next", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "in-line" });
    const next = await line.add("queued");
    const ear = await listen(database, [held, next]);
    await holds.purge(held);
    expect(await ear.heard()).toEqual([`${held} ended`, `${next}`]);
  });

  test("of one outside wakes no waiter", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    const next = await line.add("queued");
    const ear = await listen(database, [held, next]);
    await holds.purge(held);
    expect(await ear.heard()).toEqual([`${held} ended`]);
  });
});
