import { describe, expect, test } from "vitest";
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
