import { expect, test } from "vitest";
import type { DeploymentRequest } from "../../../src/queue/deployment.js";
import { useDatabase } from "../../support/database.js";
import { type Line, newLine } from "../../support/line.js";

const database = useDatabase();
const { queue, sql } = database;

function request({ environment, region }: Line, concurrencyKey?: string): DeploymentRequest {
  return { environment, cloudProvider: "aws", region, cellIndex: 0, component: "api", concurrencyKey };
}

test("in a cell that does not exist yet, it would start at once, and the cell does not exist afterwards", async () => {
  const line = newLine(database);
  const place = (await queue.line.preflight(request(line))).forecast;
  expect(place).toMatchObject({ deployment_id: null, position: 1, overdue: false, blocker_count: 0, blockers: [] });
  expect(place.predicted_start).toEqual(place.as_of);
  expect(await sql`select from deploy_queue.cells where region = ${line.region}`).toHaveLength(0);
});

test.for([
  ["freeze", "select deploy_queue.freeze('dev', 'sale')"],
  [
    "window",
    "select deploy_queue.add_window('dev', array[extract(isodow from now() + interval '3 days')]::smallint[], '02:00', '03:00')",
  ],
] as const)("in a cell that does not exist yet, a %s of its environment withholds it", async ([kind, place]) => {
  const session = database.connect();
  await session.unsafe(`begin; ${place}`);
  expect(
    await session`select (forecast).blocker_count, (forecast).blockers from deploy_queue.preflight('dev', 'aws', 'nowhere', 0, 'api')`,
  ).toMatchObject([{ blocker_count: 1, blockers: [{ kind }] }]);
  await session`rollback`;
});

test("a warning tells of a new cell and of the cells most like it; the first cell of an environment has none", async () => {
  const notices: string[] = [];
  const session = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });
  const environment = "growing";
  await session`insert into deploy_queue.environments (environment) values (${environment})`;
  const name = (region: string, cellIndex: number) =>
    session`select deploy_queue.preflight(${environment}, 'aws', ${region}, ${cellIndex}, 'api')`;
  const enter = (region: string, cellIndex: number) =>
    session`select deploy_queue.enqueue(${environment}, 'aws', ${region}, ${cellIndex}, 'api')`;

  await name("us-west-2", 1);
  await enter("us-west-2", 1);
  expect(notices).toEqual([]);

  await name("us-wset-2", 1);
  await enter("us-west-2", 2);
  await enter("us-west-2", 3);
  await enter("us-west-2", 3);
  await enter("eu-west-1", 1);
  await enter("us-wset-2", 1);
  expect(notices).toEqual([
    "cell growing-aws-us-wset-2-cell-1 is new; there are growing-aws-us-west-2-cell-1",
    "cell growing-aws-us-west-2-cell-2 is new; there are growing-aws-us-west-2-cell-1",
    "cell growing-aws-us-west-2-cell-3 is new; there are growing-aws-us-west-2-cell-1, growing-aws-us-west-2-cell-2",
    "cell growing-aws-eu-west-1-cell-1 is new; there are growing-aws-us-west-2-cell-1, growing-aws-us-west-2-cell-2, growing-aws-us-west-2-cell-3",
    "cell growing-aws-us-wset-2-cell-1 is new; there are growing-aws-us-west-2-cell-1, growing-aws-us-west-2-cell-2, growing-aws-us-west-2-cell-3 and 1 more in deploy_queue.cells",
  ]);
});

test("it would stand behind all others", async () => {
  const line = newLine(database);
  const ids = [await line.add("running"), await line.add("queued"), await line.add("queued")];
  const place = (await queue.line.preflight(request(line))).forecast;
  expect(place).toMatchObject({ deployment_id: null, position: 3, predicted_start: null, blocker_count: 3 });
  expect(place.blockers.map(({ deployment_id }) => deployment_id)).toEqual(ids);
});

test("with the key of all others in the cell it would start at once", async () => {
  const line = newLine(database);
  await line.add("running", { concurrencyKey: "x" });
  await line.add("queued", { concurrencyKey: "x" });
  const place = (await queue.line.preflight(request(line, "x"))).forecast;
  expect(place).toMatchObject({ position: 2, blocker_count: 0 });
  expect(place.predicted_start).toEqual(place.as_of);
  expect((await queue.line.preflight(request(line, "y"))).forecast).toMatchObject({ position: 2, blocker_count: 2 });
});

test("what it shows is what the deployment then gets", async () => {
  const line = newLine(database, "prod");
  await line.add("finished");
  await line.add("queued", { concurrencyKey: "x" });
  await line.add("queued");
  const shown = (await queue.line.preflight(request(line, "x"))).forecast;
  const got = await queue.line.forecast(await line.add("queued", { concurrencyKey: "x" }));
  expect(got).toEqual({ ...shown, deployment_id: got?.deployment_id, as_of: got?.as_of });
});

test("an environment that does not exist is QD002", async () => {
  await expect(sql`select * from deploy_queue.preflight('nowhere', 'aws', 'us', 1, 'api')`).rejects.toMatchObject({
    code: "QD002",
  });
});

test("names are refused as enqueue refuses them: another spelling, a closed list of cells, a retired cell", async () => {
  const preflight = (environment: string, region: string, component: string) =>
    sql`select * from deploy_queue.preflight(${environment}, 'aws', ${region}, 1, ${component})`;
  await sql`select deploy_queue.set_environment('listed', has_closed_cells => true)`;
  await sql`select deploy_queue.add_cell('listed', 'aws', 'known', 1)`;
  await sql`select deploy_queue.enqueue('listed', 'aws', 'known', 1, 'named')`;

  await preflight(" listed ", " known", "named ");
  await expect(preflight("listed", "other", "named")).rejects.toMatchObject({ code: "QD042" });
  await expect(preflight("listed", "known", "Named")).rejects.toMatchObject({ code: "QD041" });
  await expect(preflight("dev", "KNOWN", "named")).rejects.toMatchObject({ code: "QD041" });

  await sql`select deploy_queue.retire_cell('listed', 'aws', 'known', 1)`;
  await expect(preflight("listed", "known", "named")).rejects.toMatchObject({ code: "QD042" });
});

test("each gate is told open or shut before all else, with the least role that may open it", async () => {
  await sql`select deploy_queue.create_roles()`;
  await sql`select deploy_queue.set_environment('gated', confirmation => 'deploy-now')`;
  await sql`select deploy_queue.freeze('gated', 'sale')`;
  const cell = { ...request({ ...newLine(database), environment: "gated" }), version: "v1" };

  const { can_start, gates_open, checklist, forecast } = await queue.line.preflight(cell);
  expect({ can_start, gates_open, blocker_count: forecast.blocker_count }).toEqual({
    ...{ can_start: false, gates_open: false, blocker_count: 2 },
  });
  const call = (name: string, role: string) => [{ function: name, role }];
  expect(checklist).toMatchObject([
    { kind: "confirmation", is_open: false, cures: call("enqueue", "deployer") },
    { kind: "freeze", is_open: false },
  ]);
  expect(checklist[1]?.cures?.map(({ role }) => role)).toContain("operator");

  expect(await queue.line.preflight({ ...cell, confirmation: "deploy-now" })).toMatchObject({
    ...{ can_start: false, gates_open: true },
    checklist: [
      { kind: "confirmation", is_open: true, text: 'it was confirmed with "deploy-now"', cures: null },
      { kind: "freeze" },
    ],
  });
  expect(await sql`select from deploy_queue.deployments where environment = 'gated'`).toHaveLength(0);
});
