import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

// Ages of start, finish and cancellation; "-" where that has not happened.
test.for([
  ["-", "-", "-", "10 minutes", "queued"],
  ["5 minutes", "-", "-", "10 minutes", "running"],
  ["5 minutes", "1 minute", "-", "10 minutes", "buffering"],
  ["15 minutes", "11 minutes", "-", "10 minutes", "finished"],
  ["5 minutes", "1 second", "-", "0", "finished"],
  ["-", "-", "1 minute", "10 minutes", "cancelled"],
  ["5 minutes", "-", "1 minute", "10 minutes", "cancelled"],
] as const)("started %s, finished %s, cancelled %s ago with a buffer of %s is %s", async (scenario) => {
  const [start, finish, cancellation, buffer, status] = scenario;
  const age = (text: string) => (text === "-" ? null : text);
  const [row] = await sql`
    select deploy_queue.get_deployment_status(
      deploy_queue._now() - ${age(start)}::interval,
      deploy_queue._now() - ${age(finish)}::interval,
      deploy_queue._now() - ${age(cancellation)}::interval,
      ${buffer}
    ) as status`;
  expect(row).toEqual({ status });
});

test.for([
  ["queued", "dev", "queued"],
  ["running", "dev", "running"],
  ["finished", "dev", "finished"],
  ["finished", "prod", "buffering"],
  ["cancelled", "prod", "cancelled"],
] as const)("a %s deployment in %s is shown as %s", async ([state, environment, status]) => {
  const id = await newLine(database, environment).add(state);
  expect(await sql`select id, status from deploy_queue.deployments_with_status where id = ${id}`).toEqual([
    { id, status },
  ]);
});
