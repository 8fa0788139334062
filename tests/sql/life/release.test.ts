import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { holds } = queue;
const newLogin = useLogins(database);
const release = (id: number) => holds.release(id, { heartbeat: false, key: "" });

const reasonsOf = async (id: number) =>
  (await sql<{ kind: string }[]>`select kind from deploy_queue.waiting_on(${id})`).map(({ kind }) => kind);

const eventsOf = (id: number) => sql`
  select kind, from_state, to_state, reason from deploy_queue.deployment_events where deployment_id = ${id} order by id`;

describe("a release", () => {
  test.for(["outside", "in-line"] as const)(
    "of one that is held %s wakes it when it may start, and no other waiter",
    async (hold) => {
      const line = newLine(database);
      const held = await line.add("queued", { hold });
      const next = await line.add("queued", { hold, version: "v2" });
      const ear = await listen(database, [held, next]);
      await release(held);
      expect(await ear.woken()).toEqual([held]);
    },
  );

  test("wakes the released one also when others are ahead: it waits for something else now", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    const runner = await line.add("running");
    const ear = await listen(database, [held, runner]);
    await release(held);
    expect(await ear.woken()).toEqual([held]);
  });

  test("leaves an event with actor and reason, as do the hold and the purge", async () => {
    const line = newLine(database);
    const released = await line.add("queued", { hold: "outside", version: "v1" });
    const purged = await line.add("queued", { hold: "outside", version: "v2" });
    await holds.release(released, { reason: "green is fine", heartbeat: false, key: "k" });
    await holds.purge(purged, "not this week");

    expect(await eventsOf(released)).toEqual([
      { kind: "enqueued", from_state: null, to_state: "held", reason: null },
      { kind: "released", from_state: "held", to_state: "queued", reason: "green is fine" },
    ]);
    expect(await eventsOf(purged)).toEqual([
      { kind: "enqueued", from_state: null, to_state: "held", reason: null },
      { kind: "cancelled", from_state: "held", to_state: "cancelled", reason: "not this week" },
    ]);
  });

  test("by two at once is done by one, and the other is told so", async () => {
    const held = await newLine(database).add("queued", { hold: "outside" });
    const early = await openSession(database);
    const late = await openSession(database);
    const by = ({ sql: session }: typeof early, key: string) =>
      session<{ released: boolean }[]>`select released from deploy_queue.release(${held}, release_key => ${key})`;
    await early.begin();
    expect(await by(early, "one")).toEqual([{ released: true }]);
    const pending = by(late, "other");
    const settled = outcome(pending);
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await settled).toBe("ok");

    expect([...(await pending)]).toEqual([{ released: false }]);
    // After a lost answer.
    expect(await by(early, "one")).toEqual([{ released: true }]);
    expect(await eventsOf(held)).toHaveLength(2);
  });

  test("without a key cannot be repeated as one's own", async () => {
    const held = await newLine(database).add("queued", { hold: "outside" });
    expect((await release(held)).released).toBe(true);
    expect((await release(held)).released).toBe(false);
  });

  test("with a promise of heartbeats is reaped when they stop", async () => {
    const held = await newLine(database).add("queued", { hold: "outside" });
    await database.advance("16 minutes");
    await queue.upkeep.reapStaleDeployments();
    expect((await queue.deployment(held)).status).toBe("held");
    await holds.release(held, { heartbeat: true, key: "k" });
    await database.advance("16 minutes");
    await queue.upkeep.reapStaleDeployments();
    expect((await queue.deployment(held)).status).toBe("cancelled");
  });

  test("of an ended one is refused", async () => {
    const line = newLine(database);
    const again = (id: number) => outcome(sql`select deploy_queue.release(${id})`);
    expect(await again(await line.add("cancelled"))).toBe("QD005");
    expect(await again(await line.add("finished"))).toBe("QD006");
  });

  test("by a plain UPDATE does the same; a hold cannot be put on or changed", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    const set = (hold: string | null) => sql`update deploy_queue.deployments set hold = ${hold} where id = ${held}`;
    expect(await outcome(set("in-line"))).toBe("QD007");
    expect(await outcome(set(null))).toBe("ok");
    expect(await outcome(set("outside"))).toBe("QD007");
    expect(await reasonsOf(held)).toEqual([]);
  });

  test("may be done by a deployer, by number", async () => {
    await queue.roles.create();
    const deployer = await newLogin("deploy_queue_deployer");
    const line = newLine(database);
    const [one, other] = [
      await line.add("queued", { hold: "outside", version: "v1" }),
      await line.add("queued", { hold: "in-line" }),
    ];
    expect(await deployer.sql`select released from deploy_queue.release(${one})`).toEqual([{ released: true }]);
    expect(await outcome(deployer.sql`select deploy_queue.purge(${other})`)).toBe("ok");
  });
});
