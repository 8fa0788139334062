import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();

beforeAll(async () => {
  for (let cell = 0; cell < 3; cell++) {
    const line = newLine(database, "prod");
    for (let count = 0; count < 3; count++) await line.add("queued");
  }
});

/** How often the queue view calls what asks about a single deployment. */
async function callsOfTheQueueView() {
  const session = database.connect();
  await session.unsafe("begin; set local track_functions = 'pl'");
  await session`select count(predicted_start) from deploy_queue.queue`;
  const [row] = await session`
    select
      pg_stat_get_xact_function_calls('deploy_queue._frozen(deploy_queue.deployments)'::regprocedure)::integer as frozen,
      pg_stat_get_xact_function_calls('deploy_queue._is_exception(deploy_queue.deployments)'::regprocedure)::integer as exceptions,
      pg_stat_get_xact_function_calls('deploy_queue._is_member(text, text)'::regprocedure)::integer as members,
      pg_stat_get_xact_function_calls('deploy_queue._line_held(deploy_queue.deployments)'::regprocedure)::integer as lines`;
  await session.unsafe("rollback");
  await session.end();
  return row;
}

test("a freeze that lets nobody through is asked for its reason only", async () => {
  const { freeze_id } = await database.queue.policies.freeze({ environment: "prod" }, "holidays");

  expect(await callsOfTheQueueView()).toEqual({ frozen: 9, exceptions: null, members: null, lines: null });
  await database.queue.policies.thaw(freeze_id);
});

test("a freeze that has expired costs nothing", async () => {
  await database.queue.policies.freeze({ environment: "prod" }, "an hour", { until: new Date(Date.now() + 3_600_000) });
  await database.advance("2 hours");

  expect(await callsOfTheQueueView()).toEqual({ frozen: null, exceptions: null, members: null, lines: null });
});

test("the line of a cell that is held costs the others no look for freezes", async () => {
  await newLine(database, "prod").add("queued");
  await database.sql`
    select deploy_queue.hold_line(environment, cloud_provider, region, cell_index, 'look first')
    from deploy_queue.cells where environment = 'prod' limit 1`;

  expect(await callsOfTheQueueView()).toMatchObject({ frozen: null, lines: 10 });
});
