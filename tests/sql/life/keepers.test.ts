import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

let keys = 0;

/** One piece of work, asked for by several processes. */
function newWork() {
  const { region } = newLine(database);
  const idempotencyKey = `key-${keys++}`;
  return (keeper: string) => database.enqueue({ region, idempotencyKey, keeper, heartbeat: true });
}

describe("a process that asks with the key of a deployment that waits", () => {
  test("becomes its keeper, and the one before is notified and refused with QD034", async () => {
    const ask = newWork();
    const { id } = await ask("one");
    const ear = await listen(database, [id]);
    await database.advance("10 minutes");
    expect(await ask("other")).toMatchObject({ id, keeper: "other" });
    expect(await ear.heard()).toEqual([`${id} keeper`]);

    const refusal = {
      code: "QD034",
      message: expect.stringMatching(
        `^deployment ${id} \\(api\\) has another keeper: a process with the same idempotency key has taken it over`,
      ),
    };
    await expect(sql`select deploy_queue.heartbeat(${id}, 'one')`).rejects.toMatchObject(refusal);
    await expect(sql`select deploy_queue.try_start(${id}, true, 'one')`).rejects.toMatchObject(refusal);
    // The lease was renewed with the take-over.
    await database.advance("10 minutes");
    await sql`select deploy_queue.reap_stale_deployments()`;
    expect((await queue.tryStart(id, { heartbeat: true, keeper: "other" })).started).toBe(true);
  });

  test("and is its keeper already only repeats its request", async () => {
    const ask = newWork();
    const first = await ask("one");
    const ear = await listen(database, [first.id]);
    expect(await ask("one")).toEqual(first);
    expect(await ear.heard()).toEqual([]);
  });
});

describe("a process that asks with the key of a deployment that runs", () => {
  test("is refused with QD034", async () => {
    const ask = newWork();
    const { id } = await ask("one");
    await queue.tryStart(id, { heartbeat: true, keeper: "one" });
    await expect(ask("other")).rejects.toThrow(`deployment ${id} (api) runs already, and another process keeps it`);
    expect(await ask("one")).toMatchObject({ id, keeper: "one" });
  });

  test("is refused when the lease is over, too: another deployment may start at any moment", async () => {
    const ask = newWork();
    const { id } = await ask("one");
    await queue.tryStart(id, { heartbeat: true, keeper: "one" });
    await database.advance("16 minutes");
    await expect(ask("other")).rejects.toThrow("another process keeps it");
    await sql`select deploy_queue.reap_stale_deployments()`;
    await expect(ask("other")).rejects.toMatchObject({ cause: { code: "QD005" } });
  });

  test("gets it when it runs without a keeper", async () => {
    const ask = newWork();
    const { id } = await ask("one");
    await queue.tryStart(id);
    expect(await ask("other")).toMatchObject({ id, keeper: null, alive_until: null });
  });
});

describe("a take-over and a start at the same time", () => {
  const takeOver = (by: typeof sql, region: string) =>
    by`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', idempotency_key => ${region}, heartbeat => true,
      keeper => 'other')`;

  async function waiting() {
    const { region } = newLine(database);
    const { id } = await database.enqueue({ region, idempotencyKey: region, keeper: "one", heartbeat: true });
    return { id, region, early: await openSession(database), late: await openSession(database) };
  }

  test("keep the one that was first: the start", async () => {
    const { id, region, early, late } = await waiting();
    await early.begin();
    await early.sql`select deploy_queue.try_start(${id}, true, 'one')`;
    const pending = outcome(takeOver(late.sql, region));
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await pending).toBe("QD034");
    expect(await queue.deployment(id)).toMatchObject({ status: "running", keeper: "one" });
  });

  test("keep the one that was first: the take-over", async () => {
    const { id, region, early, late } = await waiting();
    await early.begin();
    await takeOver(early.sql, region);
    const pending = outcome(late.sql`select deploy_queue.try_start(${id}, true, 'one')`);
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await pending).toBe("QD034");
    expect(await queue.deployment(id)).toMatchObject({ status: "queued", keeper: "other" });
  });
});

test("a take-over locks no cell: a start that holds a row waits for that", async () => {
  const { region } = newLine(database);
  await database.enqueue({ region, idempotencyKey: region, keeper: "one", heartbeat: true });
  const session = await openSession(database);
  await session.begin();
  await session.sql`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', idempotency_key => ${region},
    heartbeat => true, keeper => 'other')`;
  const locked = await sql`
    select from pg_locks where locktype = 'advisory' and classid = 25713 and pid = ${session.pid}`;
  await session.commit();
  expect(locked).toHaveLength(0);
});

test("a keeper's name goes with the heartbeats that were promised for the wait", async () => {
  const id = await newLine(database).add("queued", { heartbeat: true, keeper: "one", stopGrace: 5 });
  expect((await queue.tryStart(id)).deployment).toMatchObject({ keeper: null, stop_grace: null, alive_until: null });
});

test("a keeper without heartbeats is none", async () => {
  const id = await newLine(database).add("queued", { keeper: "one", stopGrace: 5 });
  expect(await queue.deployment(id)).toMatchObject({ keeper: null, stop_grace: null });
});

describe("a keeper that tells the end with its name", () => {
  const kept = (keeper: string) => newLine(database).add("running", { heartbeat: true, keeper });

  test("ends its own deployment, also when it tells that twice", async () => {
    const [finished, failed, stopped] = [await kept("one"), await kept("one"), await kept("one")];
    await queue.cancel(stopped);
    for (let times = 0; times < 2; times += 1) {
      expect(await queue.finish(finished, { keeper: "one" })).toMatchObject({ cancellation_timestamp: null });
      expect(await queue.fail(failed, "broken", "one")).toMatchObject({ cancellation_kind: "failed" });
      expect(await queue.confirmStop(stopped, "one")).toMatchObject({ cancellation_kind: "stopped" });
    }
  });

  test.for(["another", "no"])(
    "is refused with QD034 when the number belongs to a deployment with %s keeper",
    async (whose) => {
      const id = await (whose === "no" ? newLine(database).add("running") : kept("other"));
      const refused = { code: "QD034", message: expect.stringContaining(`has ${whose} keeper`) };
      await expect(sql`select deploy_queue.finish(${id}, 'one')`).rejects.toMatchObject(refused);
      await expect(sql`select deploy_queue.fail(${id}, 'broken', 'one')`).rejects.toMatchObject(refused);
      await expect(sql`select deploy_queue.confirm_stop(${id}, 'one')`).rejects.toMatchObject(refused);
      expect((await queue.deployment(id)).status).toBe("running");
      await queue.finish(id);
      await expect(sql`select deploy_queue.finish(${id}, 'one')`).rejects.toMatchObject(refused);
    },
  );
});
