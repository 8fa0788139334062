import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;
const kept = { heartbeat: true, component: "web", version: "v2", stopGrace: 30 };
const statusOf = async (id: number) => (await queue.deployment(id)).status;
const byAnn = database.connect();

beforeEach(async () => {
  await database.advance("1 day");
  await sql`select deploy_queue.reap_stale_deployments()`;
});

/** Each with the region, the id, and the note that the deployment has then. */
const doors = [
  ["cancel", (id: number) => sql`select deploy_queue.cancel(${id}, 'no')`, "no"],
  ["cancel_version", () => sql`select deploy_queue.cancel_version('web', 'v2', 'no')`, "no"],
  [
    "cancel_location",
    (_, region) => sql`select deploy_queue.cancel_location('dev', 'aws', ${region}, null, 'no')`,
    "no",
  ],
  [
    "a plain UPDATE",
    (id) =>
      sql`update deploy_queue.deployments set cancellation_timestamp = now(), cancellation_note = 'no' where id = ${id}`,
    "no",
  ],
] satisfies readonly (readonly [string, (id: number, region: string) => PromiseLike<unknown>, string])[];

describe.for(doors)("%s", ([, ask, note]) => {
  test("asks a kept deployment that runs to stop; it holds its cell until its keeper confirms", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    await ask(id, line.region);
    expect(await queue.deployment(id)).toMatchObject({
      ...{ status: "stopping", cancellation_timestamp: null, cancellation_note: note },
      stop_timestamp: expect.any(Date),
    });
    const next = await line.add("queued");
    expect((await queue.tryStart(next)).started).toBe(false);
    await queue.confirmStop(id);
    expect((await queue.tryStart(next)).started).toBe(true);
  });

  test("cancels a running deployment without a keeper at once", async () => {
    const line = newLine(database);
    const id = await line.add("running", { ...kept, heartbeat: false });
    await ask(id, line.region);
    expect(await queue.deployment(id)).toMatchObject({ status: "cancelled", stop_timestamp: null });
  });

  test("cancels a queued deployment at once", async () => {
    const line = newLine(database);
    const id = await line.add("queued", kept);
    await ask(id, line.region);
    expect(await queue.deployment(id)).toMatchObject({ status: "cancelled", stop_timestamp: null });
  });

  test("cancels at once what a dead keeper has left", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    await database.advance("16 minutes");
    await ask(id, line.region);
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("cancels what was asked to stop once its keeper is dead", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    await queue.cancel(id, "first");
    await database.advance("16 minutes");
    await ask(id, line.region);
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("changes nothing when it comes again, and confirms nothing", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    await queue.cancel(id, "first");
    const { updated_at: _, ...asked } = await queue.deployment(id);
    await database.advance("1 second");
    await ask(id, line.region);
    expect(await queue.deployment(id)).toMatchObject({ ...asked, cancellation_note: "first" });
    expect((await queue.history.of(id)).map(({ kind }) => kind)).toEqual(["enqueued", "started", "stopping"]);
  });
});

test.for([
  ["knows how long it takes", 30, true],
  ["cannot end the work", undefined, false],
] as const)("a request wakes the keeper, and the next one if the keeper %s", async ([, stopGrace, wakes]) => {
  const line = newLine(database);
  const id = await line.add("running", { heartbeat: true, ...(stopGrace && { stopGrace }) });
  const next = await line.add("queued");
  const behind = await line.add("queued");
  const ear = await listen(database, [id, next, behind]);
  await queue.cancel(id);
  expect(await ear.heard()).toEqual(wakes ? [`${id} stop`, `${next}`] : [`${id} stop`]);
  await queue.cancel(id);
  expect(await ear.heard()).toEqual([]);
  await queue.confirmStop(id);
  expect(await ear.heard()).toEqual([`${id} ended`, `${next}`]);
});

describe("a maximum duration that is over", () => {
  const limited = { ...kept, maxDuration: 60 };

  test.for(["a reaper", "the look of a waiter"] as const)(
    "is seen by %s, which asks the keeper to stop",
    async (by) => {
      const line = newLine(database);
      const id = await line.add("running", limited);
      const next = await line.add("queued");
      await database.advance("61 seconds");
      if (by === "a reaper") await sql`select deploy_queue.reap_stale_deployments()`;
      else expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ kind: "stopping", deployment_id: id }]);
      expect(await queue.deployment(id)).toMatchObject({
        status: "stopping",
        cancellation_note: "it ran for longer than 00:01:00",
      });
    },
  );

  test("does not end a deployment that was asked already, while its lease is good", async () => {
    const id = await newLine(database).add("running", limited);
    await queue.cancel(id, "no");
    await database.advance("61 seconds");
    await sql`select deploy_queue.reap_stale_deployments()`;
    expect(await queue.deployment(id)).toMatchObject({ status: "stopping", cancellation_note: "no" });
  });

  test("ends what has no keeper", async () => {
    const id = await newLine(database).add("running", { ...limited, heartbeat: false });
    await database.advance("61 seconds");
    await sql`select deploy_queue.reap_stale_deployments()`;
    expect(await queue.deployment(id)).toMatchObject({ status: "cancelled", cancellation_kind: "reaped" });
  });
});

describe("a deployment that is being stopped", () => {
  test("may finish, with its buffer and a word that the stop came too late", async () => {
    const line = newLine(database, "prod");
    const id = await line.add("running", kept);
    const next = await line.add("queued");
    await queue.cancel(id, "no");
    expect(await queue.finish(id)).toMatchObject({ cancellation_timestamp: null, finish_timestamp: expect.any(Date) });
    expect(await statusOf(id)).toBe("buffering");
    await expect(queue.cancel(id)).rejects.toThrow(/finished at/);
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ kind: "buffer" }]);
    expect(
      await sql`select kind, from_state, to_state, reason from deploy_queue.deployment_events
        where deployment_id = ${id} order by id desc limit 1`,
    ).toEqual([{ kind: "finished", from_state: "stopping", to_state: "buffering", reason: "the stop came too late" }]);
  });

  test("is ended by force, which is recorded; the note of the request stays unless there is another", async () => {
    const [one, other] = [await newLine(database).add("running", kept), await newLine(database).add("running", kept)];
    for (const id of [one, other]) await queue.cancel(id, "no");
    await queue.cancel(one, undefined, { force: true });
    await queue.cancel(other, "its runner is gone", { force: true });
    expect(
      await sql`select status, cancellation_kind, cancellation_note from deploy_queue.deployments_with_status
        where id in (${one}, ${other}) order by id`,
    ).toEqual([
      { status: "cancelled", cancellation_kind: "forced", cancellation_note: "no" },
      { status: "cancelled", cancellation_kind: "forced", cancellation_note: "its runner is gone" },
    ]);
    expect(
      await sql`select detail from deploy_queue.deployment_events
        where deployment_id in (${one}, ${other}) and kind = 'cancelled'`,
    ).toEqual([{ detail: { how: "forced" } }, { detail: { how: "forced" } }]);
  });

  test("is reaped when its keeper neither confirms nor renews", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    const next = await line.add("queued");
    await queue.cancel(id, "no");
    await database.advance("14 minutes");
    expect((await queue.tryStart(next)).started).toBe(false);
    await database.advance("2 minutes");
    expect((await queue.tryStart(next)).started).toBe(true);
    expect(await queue.deployment(id)).toMatchObject({ cancellation_kind: "reaped", cancellation_note: "no" });
  });

  test("holds its cell for as long as its keeper renews", async () => {
    const line = newLine(database);
    const id = await line.add("running", kept);
    const next = await line.add("queued");
    await queue.cancel(id);
    for (let count = 0; count < 3; count += 1) {
      await database.advance("14 minutes");
      expect((await queue.heartbeat(id)).beatAgainIn).toBe(30);
      expect((await queue.tryStart(next)).started).toBe(false);
    }
  });

  test("is refused a stop_timestamp that is taken back", async () => {
    const id = await newLine(database).add("running", kept);
    await queue.cancel(id);
    await expect(sql`update deploy_queue.deployments set stop_timestamp = null where id = ${id}`).rejects.toMatchObject(
      { code: "QD007", message: `deployment ${id} (web@v2) cannot change its stop_timestamp` },
    );
  });
});

describe("those who wait for a deployment that is being stopped", () => {
  async function stopping(grace: { readonly stopGrace?: number }) {
    const line = newLine(database);
    const id = await line.add("running", { heartbeat: true, component: "web", version: "v2", ...grace });
    const next = await line.add("queued");
    await byAnn`set deploy_queue.actor = 'ann'`;
    await byAnn`select deploy_queue.cancel(${id}, 'no')`;
    return { id, next };
  }

  test("are told by whom, and how long the keeper has for it", async () => {
    const { id, next } = await stopping({ stopGrace: 30 });
    const { waitingOn, lookAgainIn } = await queue.tryStart(next);
    expect(waitingOn).toMatchObject([
      {
        kind: "stopping",
        deployment_id: id,
        text: expect.stringMatching(
          /^deployment \d+ \(web@v2\) is being stopped by ann; its keeper has 00:00:\d\d more to end it$/,
        ),
        cures: null,
      },
    ]);
    expect(lookAgainIn).toBeGreaterThan(20);
    expect(lookAgainIn).toBeLessThanOrEqual(30);
  });

  test("are told that only the end of the work counts when its keeper cannot end it", async () => {
    const { next } = await stopping({});
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([
      {
        until: null,
        text: expect.stringMatching(/ by ann, and holds the cell until its work has ended$/),
        cures: [{ function: "cancel", arguments: { force: "true" } }],
      },
    ]);
  });

  test("are promised no end when the keeper is not heard", async () => {
    const { next } = await stopping({ stopGrace: 3_600 });
    await database.advance("2 minutes");
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([
      {
        until: null,
        text: expect.stringMatching(
          / by ann, and holds the cell until its work has ended; its keeper has sent no heartbeat since .*, and it is reaped after .* unless one comes$/,
        ),
        cures: [{ function: "cancel", arguments: { force: "true" } }],
      },
    ]);
  });

  test("look at the usual times once the grace period is over", async () => {
    const { next } = await stopping({ stopGrace: 30 });
    await database.advance("31 seconds");
    const { waitingOn, lookAgainIn } = await queue.tryStart(next);
    expect(waitingOn).toMatchObject([{ kind: "stopping", until: null }]);
    expect(lookAgainIn).toBe(30);
  });

  test("get a forecast without a buffer; without a known end, none", async () => {
    const { id, next } = await stopping({ stopGrace: 30 });
    const { stop_timestamp } = await queue.deployment(id);
    const end = Number(stop_timestamp) + 30_000;
    const predicted = async () => {
      const forecast = await queue.line.forecast(next);
      const start = forecast?.predicted_start ?? null;
      return { atItsEnd: start !== null && Math.abs(Number(start) - end) < 2, start, blockers: forecast?.blockers };
    };
    expect(await predicted()).toMatchObject({ atItsEnd: true, blockers: [{ kind: "stopping", deployment_id: id }] });
    await database.advance("31 seconds");
    expect(await predicted()).toMatchObject({ start: null });
  });

  test("see it in the boards as stopping", async () => {
    const { id } = await stopping({ stopGrace: 30 });
    expect(await sql`select current_status from deploy_queue.current_deployments where deployment_id = ${id}`).toEqual([
      { current_status: "stopping" },
    ]);
    expect((await queue.line.queued()).flatMap(({ blockers }) => blockers)).toContainEqual(
      expect.objectContaining({ kind: "stopping", deployment_id: id }),
    );
  });
});
