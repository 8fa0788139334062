import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { type Line, newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;
let components = 0;

const newComponent = () => `component-${components++}`;

async function latest(component: string, line: Line) {
  const [row] = await sql`
    select version, component_status::text as status, cell_version, job_url, created_at
    from deploy_queue.latest_deployments where component = ${component} and region = ${line.region}`;
  return row;
}

test("a cell is pending until it gets the newest version of the component", async () => {
  const component = newComponent();
  const [first, second] = [newLine(database), newLine(database)];
  await first.add("finished", { component, version: "v1" });
  await second.add("finished", { component, version: "v1" });
  expect(await latest(component, second)).toMatchObject({ version: "v1", status: "finished" });

  await first.add("running", { component, version: "v2" });

  expect(await latest(component, first)).toMatchObject({ version: "v2", status: "running", cell_version: "v2" });
  expect(await latest(component, second)).toEqual({
    version: "v2",
    status: "pending",
    cell_version: "v1",
    job_url: "",
    created_at: null,
  });
  await second.add("queued", { component, version: "v2" });
  expect(await latest(component, second)).toMatchObject({ status: "queued", cell_version: "v2" });
});

test("a cancelled deployment, and one without a version, do not count", async () => {
  const component = newComponent();
  const line = newLine(database);
  await line.add("finished", { component, version: "v1" });
  await line.add("cancelled", { component, version: "v2" });
  await line.add("queued", { component });

  expect(await latest(component, line)).toMatchObject({ version: "v1", status: "finished" });
});

test("the newest is the one that entered the line last, in whatever order they finished", async () => {
  const component = newComponent();
  const line = newLine(database);
  const older = await line.add("running", { component, version: "v1", concurrencyKey: "k" });
  await line.add("finished", { component, version: "v2", concurrencyKey: "k" });
  await database.queue.finish(older);

  expect(await latest(component, line)).toMatchObject({ version: "v2", cell_version: "v2" });
});

test("environments have versions of their own", async () => {
  const component = newComponent();
  const [dev, prod] = [newLine(database, "dev"), newLine(database, "prod")];
  await prod.add("finished", { component, version: "v1" });
  await dev.add("finished", { component, version: "v2" });

  expect(await latest(component, prod)).toMatchObject({ version: "v1", status: "buffering" });
  expect(await latest(component, dev)).toMatchObject({ version: "v2", status: "finished" });
});
