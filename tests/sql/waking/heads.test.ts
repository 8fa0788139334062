import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

/** How many of a line the end of the last one in it reads, by the index of the line; nothing of it stays. */
async function readAtEnd(length: number): Promise<number> {
  const line = newLine(database);
  await line.add("running");
  await sql`
    select count(deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'api')) from generate_series(1, ${length})`;
  const session = database.connect();
  const read = async () => {
    const [row] = await session<{ rows: number }[]>`
      select pg_stat_get_xact_tuples_returned('deploy_queue.deployments_queued'::regclass)::integer as rows`;
    return row?.rows ?? Number.NaN;
  };
  const [last] = await sql<{ id: string }[]>`
    select max(id) as id from deploy_queue.deployments where region = ${line.region}`;
  // Otherwise a small table is scanned.
  await session.unsafe("begin; set local enable_seqscan = off; set local enable_bitmapscan = off");
  const before = await read();
  await session`select deploy_queue.cancel(${last?.id ?? ""})`;
  const after = await read();
  await session.unsafe("rollback");
  await session.end();
  return after - before;
}

test("an end in a long line reads the head of it, and not all who wait", async () => {
  expect(await readAtEnd(400)).toBeLessThan(10);
});
