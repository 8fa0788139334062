import { expect, test } from "vitest";
import { newPlace, type Place, useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

function regionOf({ environment, region }: Place): string[] {
  return ["cancel", "location", "--environment", environment, "--provider", "aws", "--region", region];
}

test("cancel location cancels what is queued or running in a region", async () => {
  const place = newPlace();
  const ids = [
    await cli.running(place),
    (await cli.enqueue(place)).id,
    (await cli.enqueue({ ...place, cellIndex: 1 })).id,
  ];
  const elsewhere = await cli.enqueue();

  const { code, stdout } = await cli.run([...regionOf(place), "--cancellation-note", "regional outage", "--yes"]);

  expect(code).toBe(0);
  expect(stdout).toContain("Cancelled 3 deployments:\n");
  for (const id of ids) {
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "regional outage" });
  }
  expect((await cli.row(elsewhere.id)).status).toBe("queued");
});

test("cancel location with --cell-index cancels in that cell alone", async () => {
  const place = newPlace();
  const { id } = await cli.enqueue({ ...place, cellIndex: 1 });
  const other = await cli.enqueue({ ...place, cellIndex: 0 });

  const { stdout } = await cli.run([...regionOf(place), "--cell-index", "1", "--json"]);

  expect(JSON.parse(stdout)).toMatchObject([{ deployment_id: id, cell_index: 1 }]);
  expect((await cli.row(other.id)).status).toBe("queued");
});

test("cancel location refuses an environment that does not exist", async () => {
  const place = newPlace();
  const { code, stderr } = await cli.run(regionOf({ ...place, environment: "nowhere" }));

  expect(code).toBe(3);
  expect(stderr).toMatch(/^deploy-queue: environment nowhere does not exist\. There are: dev, prod\. /);
});

test("cancel location asks what is kept to stop, and with --force frees its cell at once", async () => {
  const place = newPlace();
  const id = await cli.running(place, { heartbeat: true });
  const queued = await cli.enqueue(place);

  const asked = await cli.run([...regionOf(place), "--yes"]);
  expect(asked.stdout).toContain(`Cancelled 1 deployment:\n  - ${queued.id} `);
  expect(asked.stdout).toContain(
    `Asked to stop 1 deployment:\n  - ${id} holder in dev-aws-${place.region}-cell-0: its keeper`,
  );

  const unanswered = await cli.run([...regionOf(place), "--force"]);
  expect(unanswered.code).toBe(2);
  expect(unanswered.stderr).toContain("--force has freed its cell");
  expect(unanswered.stderr).toContain(`  - ${id} holder in `);

  const forced = await cli.run([...regionOf(place), "--force", "--yes"]);
  expect(forced.stdout).toContain(`Cancelled 1 deployment:\n  - ${id} `);
  expect((await cli.row(id)).cancellation_kind).toBe("forced");
});

test("cancel location of a region without any cell is exit code 3, and names the cells most like it", async () => {
  const place = newPlace();
  await cli.enqueue(place);

  for (const more of [[], ["--dry-run"]]) {
    const { code, stderr } = await cli.run([...regionOf({ ...place, region: `${place.region}x` }), ...more]);
    expect(code).toBe(3);
    expect(stderr).toContain(`dev-aws-${place.region}x has no cell. Most like it: `);
  }
});

test("cancel location --queued-only leaves alone what runs, and does not go with --force", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  const { id } = await cli.enqueue(place);
  const { stdout } = await cli.run([...regionOf(place), "--queued-only"]);
  expect(stdout).toContain(`Cancelled 1 deployment:\n  - ${id} `);
  expect((await cli.row(holder)).status).toBe("running");
  expect((await cli.run([...regionOf(place), "--queued-only", "--force"])).code).toBe(2);
});

test("cancel location of more than one statement can cancel in time goes on until all are cancelled", async () => {
  const place = newPlace();
  await cli.sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    select 'dev', 'aws', ${place.region}, number % 20, 'api' from generate_series(1, 5001) as number`;
  const { code, stdout } = await cli.run([...regionOf(place), "--yes", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(5001);
});
