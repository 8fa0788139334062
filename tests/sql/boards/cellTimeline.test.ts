import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { database, sql } = useTwoWeeks();

test("cell_timeline shows each run until its end, and the buffer after a finish", async () => {
  const rows = await sql`
    select region, state::text, to_char(held_from at time zone 'UTC', 'HH24:MI') as from,
      to_char(held_until at time zone 'UTC', 'HH24:MI') as until
    from deploy_queue.cell_timeline where region in ('a', 'c', 'd') order by 1, 3`;
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["a", "running", "08:01", "08:10"],
    ["a", "buffering", "08:10", "08:20"],
    ["c", "cancelled", "09:05", "09:07"],
  ]);
});

test("cell_timeline of a time shows what occupied a cell in it, also what began before and what still runs", async () => {
  const { queue } = database;
  const { id } = await database.enqueue({ region: "now" });
  await queue.tryStart(id);
  const between = async (since: string, until: string) => {
    const rows = await sql`
      select region, state::text from deploy_queue.cell_timeline(${since}::text::timestamptz, ${until}::text::timestamptz)
      where region in ('a', 'c', 'd', 'now') order by held_from`;
    return rows.map((row) => Object.values(row).join(" "));
  };

  expect(await between("2025-01-06T08:05Z", "2025-01-06T08:06Z")).toEqual(["a running"]);
  expect(await between("2025-01-06T08:15Z", "2025-01-06T08:16Z")).toEqual(["a buffering"]);
  expect(await between("2025-01-06T08:20:01Z", "2025-01-08T09:06Z")).toEqual(["c cancelled"]);
  expect(await between("2025-01-08T09:08Z", "2025-01-08T09:09Z")).toEqual([]);
  expect(await between("2025-01-08T09:08Z", "infinity")).toEqual(["now running"]);
});
