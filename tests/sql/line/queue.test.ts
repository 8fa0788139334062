import { describe, expect, test } from "vitest";
import type { QueuedDeployment } from "../../../src/queue/forecast.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

describe("queue shows how often a deployment was overtaken", () => {
  const overtakenOf = async (id: number) => {
    const [row] = await sql<
      { overtaken: number }[]
    >`select overtaken from deploy_queue.queue where deployment_id = ${id}`;
    return row?.overtaken;
  };

  test("by those that came later and started, whatever became of them", async () => {
    const line = newLine(database);
    await line.add("finished");
    const patient = await line.add("queued");
    expect(await overtakenOf(patient)).toBe(0);
    await queue.finish(await line.add("running", { priority: 1 }));
    await queue.cancel(await line.add("running", { priority: 1 }));
    await line.add("cancelled", { priority: 1 });
    await line.add("running", { priority: 1 });
    expect(await overtakenOf(patient)).toBe(3);
  });

  test("counted from where it stands since it was released", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    await line.add("finished");
    await sql`select deploy_queue.release(${held})`;
    expect(await overtakenOf(held)).toBe(0);
    await line.add("running", { priority: 1 });
    expect(await overtakenOf(held)).toBe(1);
  });
});

describe("a head that may start and that nobody keeps", () => {
  const rows = (ids: readonly number[]) => sql<Pick<QueuedDeployment, "idle_since" | "predicted_start" | "blockers">[]>`
    select idle_since, predicted_start, blockers from deploy_queue.queue where deployment_id in ${sql(ids)} order by deployment_id`;

  test("is idle after a minute, and those behind it are told so and have no predicted start", async () => {
    const line = newLine(database);
    await line.add("finished");
    const ids = [await line.add("queued"), await line.add("queued")];
    expect(await rows(ids)).toMatchObject([{ idle_since: null }, { blockers: [{ idle_since: null }] }]);
    await database.advance("13 minutes");
    expect(await rows(ids)).toMatchObject([
      { idle_since: expect.any(Date), predicted_start: null },
      { idle_since: null, predicted_start: null, blockers: [{ kind: "queued", idle_since: expect.any(String) }] },
    ]);
    expect(await queue.line.explain(ids[1] ?? 0)).toMatchObject([
      {
        text: expect.stringMatching(
          /, waiting for its owner to start it, idle for 00:1[23]:\d\d; nobody is listening$/,
        ),
        cures: [{ function: "cancel", arguments: { deployment_id: String(ids[0]) } }, { function: "bump" }],
      },
    ]);
  });

  test("is not idle while a keeper sends heartbeats for it, or while something keeps it waiting", async () => {
    const kept = await newLine(database).add("queued", { heartbeat: true });
    const line = newLine(database);
    await line.add("running");
    const behind = await line.add("queued");
    await database.advance("2 minutes");
    expect(await rows([kept, behind])).toMatchObject([{ idle_since: null }, { idle_since: null }]);
  });
});
