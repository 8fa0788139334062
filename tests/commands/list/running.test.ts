import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { insertFinished } from "../../support/history.js";

const cli = useCommandLine();

test("list running shows each running deployment, cell by cell, and no other", async () => {
  const place = newPlace(await cli.environment({ bufferTime: "10 minutes" }));
  const other = newPlace(await cli.environment());
  const key = { concurrencyKey: "k" };
  const { id: buffering } = await cli.enqueue({ ...place, ...key, component: "buffering" });
  await cli.queue.tryStart(buffering);
  await cli.queue.finish(buffering);
  const { id: cancelled } = await cli.enqueue({ ...place, ...key, component: "cancelled" });
  await cli.queue.tryStart(cancelled);
  await cli.queue.cancel(cancelled);
  const elsewhere = await cli.running(other);
  const first = await cli.running(place, key);
  const { id: second } = await cli.enqueue({ ...place, ...key, component: "web", version: "v7" });
  await cli.queue.tryStart(second, { heartbeat: true });
  await cli.enqueue({ ...place, component: "queued" });

  const all = await cli.run(["list", "running"]);
  const one = await cli.run(["list", "running", "--environment", place.environment]);

  expect([all.code, one.code]).toEqual([0, 0]);
  const cell = `${place.environment}-aws-${place.region}-cell-0`;
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(columns(one.stdout)).toEqual([
    ["id", "cell", "component", "by", "since", "running", "usually", "heartbeat", "url"],
    [`${first}`, cell, "holder", "deploy_queue", time, expect.any(String), "unknown", "none"],
    [
      `${second}`,
      cell,
      "web@v7",
      "deploy_queue",
      time,
      expect.any(String),
      "unknown",
      expect.stringMatching(/^\d+m?s ago$/),
    ],
  ]);
  expect(columns(all.stdout).map(([id]) => id)).toEqual(["id", `${first}`, `${second}`, `${elsewhere}`]);
});

test("list running marks a deployment whose lease is over", async () => {
  const place = newPlace(await cli.environment());
  await cli.running(place, { heartbeat: true });
  await cli.advance("16 minutes");
  const { stdout } = await cli.run(["list", "running", "--environment", place.environment]);
  expect(stdout).toMatch(/ 16m(?: \d+s)? ago: its lease is over/);
});

function columns(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
}

test("list running tells which deployment takes longer than usual, and --json prints one document with the same", async () => {
  const { environment, region } = newPlace(await cli.environment());
  const durations = ["8 minutes", "10 minutes", "12 minutes"];
  await insertFinished(cli, { environment, region, endedAgo: "1 day", durations });
  const { id } = await cli.enqueue({ environment, region, component: "api", version: "v2" });
  await cli.queue.tryStart(id);
  const command = ["list", "running", "--environment", environment];

  const early = await cli.run(command);
  await cli.advance("15 minutes");
  const late = await cli.run(command);
  const json = await cli.run([...command, "--json"]);

  expect(early.stdout).toMatch(/Z {2}\S+s {2,}10m {2,}none$/m);
  expect(late.stdout).toMatch(/Z {2}15m.*, outlier {2}10m {2,}none: never ends by itself$/m);
  expect(json.stdout.trimEnd().split("\n")).toHaveLength(1);
  const rows = JSON.parse(json.stdout);
  expect(rows).toEqual([
    {
      ...{ deployment_id: id, environment, cloud_provider: "aws", region, cell_index: 0 },
      ...{ component: "api", version: "v2", url: null, start_timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
      ...{
        current_duration: expect.any(Number),
        avg_duration: 600,
        outlier_duration: 840,
        heartbeat_age: null,
        is_silent: false,
      },
      ...{ status: "running", actor: "deploy_queue", stopped_by: null, stop_timestamp: null, stops_by: null },
      ...{
        sequence: null,
        slot: 1,
        verifying_since: null,
        unkept_since: rows[0].start_timestamp,
        buffering_until: null,
        as_of: expect.any(String),
      },
    },
  ]);
  expect(rows[0].current_duration).toBeGreaterThanOrEqual(900);
});

test("list running says that no deployment runs, refuses an unknown environment, and takes an empty one for all", async () => {
  const environment = await cli.environment();
  const id = await cli.running(newPlace(await cli.environment()));
  const command = ["list", "running", "--environment"];

  expect(await cli.run([...command, environment])).toMatchObject({ code: 0, stdout: "No deployment runs.\n" });
  expect((await cli.run([...command, environment, "--json"])).stdout).toBe("[]\n");
  expect(await cli.run([...command, "nowhere"])).toMatchObject({ code: 3, stdout: "" });
  expect((await cli.run([...command, ""])).stdout).toMatch(new RegExp(`^${id} `, "m"));
});
