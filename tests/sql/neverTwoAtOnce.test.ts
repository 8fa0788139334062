import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine, withKey } from "../support/line.js";

const database = useDatabase();
const { sql } = database;
const start = (id: number) => sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;

describe("the exclusion constraint alone, without triggers", () => {
  beforeAll(async () => {
    // Rows are queued as ever; nothing guards what becomes of them.
    await sql`drop trigger tg_deployments__guard on deploy_queue.deployments`;
  });

  test.for([
    ["-", "-", false],
    ["x", "-", false],
    ["-", "x", false],
    ["x", "y", false],
    ["x", "x", true],
  ] as const)("of runners with keys %s and %s, lets both in: %s", async ([one, other, allowed]) => {
    const line = newLine(database);
    const ids = [await line.add("queued", withKey(one)), await line.add("queued", withKey(other))] as const;
    await start(ids[0]);
    if (allowed) await start(ids[1]);
    else await expect(start(ids[1])).rejects.toMatchObject({ code: "23P01", constraint_name: "never_two_at_once" });
  });

  test.for(["finish_timestamp", "cancellation_timestamp"])("lets the next in once %s is set", async (field) => {
    const line = newLine(database);
    const ids = [await line.add("queued"), await line.add("queued")] as const;
    await start(ids[0]);
    await sql`update deploy_queue.deployments set ${sql(field)} = now() where id = ${ids[0]}`;
    await start(ids[1]);
  });

  test("keeps other cells independent", async () => {
    await start(await newLine(database).add("queued"));
    await start(await newLine(database).add("queued"));
  });

  test.for(["$id", "#$id", "id $id", "key $id"])(
    "does not take the key %j for the id of a deployment without one",
    async (key) => {
      const line = newLine(database);
      const keyless = await line.add("queued");
      const disguised = await line.add("queued", { concurrencyKey: key.replace("$id", `${keyless}`) });
      await start(keyless);
      await expect(start(disguised)).rejects.toMatchObject({ code: "23P01" });
    },
  );
});
