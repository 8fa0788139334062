import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { sql } = useTwoWeeks();

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
