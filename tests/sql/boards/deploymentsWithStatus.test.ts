import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

test("says the state of each deployment, and another one when time or a transition changes it", async () => {
  const line = newLine(database, "prod");
  const ids = {
    finished: await line.add("finished"),
    cancelled: await line.add("cancelled"),
    held: await line.add("queued", { hold: "outside" }),
    queued: await line.add("queued"),
    running: await newLine(database).add("running"),
  };
  const statusOf = async (id: number) => {
    const [row] = await sql<{ status: string }[]>`
      select status from deploy_queue.deployments_with_status where id = ${id}`;
    return row?.status;
  };

  expect(await statusOf(ids.finished)).toBe("buffering");
  await database.advance("11 minutes");
  for (const [status, id] of Object.entries(ids)) expect(await statusOf(id)).toBe(status);
});

test("has every column of deployments, under its name", async () => {
  const missing = await sql`
    select attname from pg_attribute
    where attrelid = 'deploy_queue.deployments'::regclass and attnum > 0 and not attisdropped
    except
    select attname from pg_attribute where attrelid = 'deploy_queue.deployments_with_status'::regclass`;
  expect(missing).toEqual([]);
});
