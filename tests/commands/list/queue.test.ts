import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("list queue shows each waiter, cell by cell, and no other deployment", async () => {
  const place = newPlace(await cli.environment());
  const other = newPlace(await cli.environment());
  const holder = await cli.running(place);
  const cancelled = await cli.enqueue({ ...place, component: "cancelled" });
  await cli.queue.cancel(cancelled.id);
  const { id: first } = await cli.enqueue({ ...place, component: "web", version: "v7" });
  const { id: second } = await cli.enqueue({ ...place, component: "api" });
  const { id: elsewhere } = await cli.enqueue({ ...other, component: "db" });

  const all = await cli.run(["list", "queue"]);
  const one = await cli.run(["list", "queue", "--environment", place.environment]);

  expect([all.code, one.code]).toEqual([0, 0]);
  const cell = `${place.environment}-aws-${place.region}-cell-0`;
  expect(columns(one.stdout)).toEqual([
    ["pos", "cell", "id", "component", "by", "waiting", "for", "start"],
    [
      "1",
      cell,
      `${first}`,
      "web@v7",
      "deploy_queue",
      expect.any(String),
      expect.stringMatching(new RegExp(`^${holder} holder running \\S+$`)),
      "unknown",
    ],
    [
      "2",
      cell,
      `${second}`,
      "api",
      "deploy_queue",
      expect.any(String),
      expect.stringMatching(/ holder running .*, \+1 more$/),
      "unknown",
    ],
  ]);
  expect(columns(all.stdout)).toHaveLength(4);
  expect(all.stdout).toMatch(new RegExp(`^1 .* ${elsewhere} +db .* nothing +any moment$`, "m"));
});

function columns(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
}

test("list queue --json prints one document with the same", async () => {
  const place = newPlace(await cli.environment());
  const holder = await cli.running(place);
  const { id } = await cli.enqueue({ ...place, component: "web", version: "v7", concurrencyKey: "x" });

  const { code, stdout } = await cli.run(["list", "queue", "--environment", place.environment, "--json"]);

  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      ...{ environment: place.environment, cloud_provider: "aws", region: place.region, cell_index: 0 },
      ...{ deployment_id: id, component: "web", version: "v7", concurrency_key: "x", url: null, note: null },
      ...{ position: 1, predicted_start: null, overdue: false, blocker_count: 1 },
      blockers: [{ deployment_id: holder, kind: "running" }],
      as_of: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  ]);
});

test("list queue says that there is no waiter", async () => {
  const environment = await cli.environment();

  expect(await cli.run(["list", "queue", "--environment", environment])).toMatchObject({
    code: 0,
    stdout: "No deployment waits.\n",
  });
  expect((await cli.run(["list", "queue", "--environment", environment, "--json"])).stdout).toBe("[]\n");
});

test("list queue refuses an environment that does not exist, and takes an empty one for all", async () => {
  const { id } = await cli.enqueue(newPlace(await cli.environment()));

  expect(await cli.run(["list", "queue", "--environment", "nowhere"])).toMatchObject({ code: 3, stdout: "" });
  expect((await cli.run(["list", "queue", "--environment", ""])).stdout).toMatch(new RegExp(` ${id} `));
});
