import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

test("each is what forecast says of it alone, in several cells; one outside the line has none", async () => {
  const [one, other] = [newLine(database), newLine(database)];
  const ids = [await one.add("running"), await one.add("queued"), await one.add("queued"), await other.add("queued")];
  const outside = await one.add("queued", { hold: "outside" });
  const all = await sql<{ deployment_id: number }[]>`
    select deployment_id, "position", predicted_start is null as unknown, blocker_count, blockers -> 0 ->> 'deployment_id' as first
    from deploy_queue.forecasts(${`{${[...ids, outside].join(",")}}`}::bigint[]) order by deployment_id`;
  const each = await sql`
    select forecast.deployment_id, "position", predicted_start is null as unknown, blocker_count, blockers -> 0 ->> 'deployment_id' as first
    from unnest(${`{${ids.join(",")}}`}::bigint[]) as given (id), deploy_queue.forecast(given.id) as forecast order by deployment_id`;
  expect(all).toEqual(each);
  expect(all.map((row) => row.deployment_id)).toEqual(ids.slice(1));
});
