import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import {
  isBlockedBy,
  newPlace,
  type Place,
  printedId,
  stepOutput,
  useCommandLine,
  useDirectory,
} from "../support/commandLine.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

async function waiting(place: Place, holder: number): Promise<{ start: RunningCli; id: number }> {
  const start = cli.launch(["start", ...place.options]);
  const id = await printedId(start);
  await isBlockedBy(start, holder);
  return { start, id };
}

describe("a waiting start", () => {
  test("has printed its id and named its blocker", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const output = stepOutput(directory);

    const start = cli.launch(["start", ...place.options], { GITHUB_OUTPUT: output.path });
    const id = await printedId(start);
    await start.printed(new RegExp(`deployment ${holder} \\(holder\\)`));

    expect(output.read()).toContain(`\n${id}\n`);
    expect(await cli.row(id)).toMatchObject({ status: "queued" });
    expect((await cli.row(id)).heartbeat_timestamp).not.toBeNull();
  });

  test("is a group in the log of a GitHub workflow, which ends before the start is told", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.launch(["start", ...place.options], { GITHUB_ACTIONS: "true" });
    const id = await printedId(start);
    await isBlockedBy(start, holder);

    await cli.queue.finish(holder);

    const { code, stdout, stderr } = await start.end;
    expect(code).toBe(0);
    expect(stdout).toBe(`${id}\n`);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/entered the line/),
      `::group::deployment ${id} (api) waits for its turn`,
      expect.stringMatching(new RegExp(`waits, position 1, .*: deployment ${holder} \\(holder\\)`)),
      "::endgroup::",
      expect.stringMatching(new RegExp(`deployment ${id} \\(api\\) started$`)),
    ]);
  });

  test("says once what it waits for, however often it looks", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "1 second" });
    const place = newPlace(environment);
    const holder = await cli.running(place);
    const { start, id } = await waiting(place, holder);

    const first = await cli.row(id);
    await until("it has looked three times more", async () => {
      const row = await cli.row(id);
      return Number(row.heartbeat_timestamp) > Number(first.heartbeat_timestamp) + 900;
    });

    expect(start.stderr().match(new RegExp(`deployment ${holder} \\(holder\\)`, "g"))).toHaveLength(1);
  });

  test("starts when the blocker finishes", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const { start, id } = await waiting(place, holder);

    await cli.queue.finish(holder);

    expect(await start.end).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect(await cli.events(id)).toEqual(["enqueued", "started"]);
    expect((await cli.row(id)).heartbeat_timestamp).toBeNull();
  });

  test("starts when the blocker is finished by a plain UPDATE", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const { start } = await waiting(place, holder);

    await cli.sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${holder}`;

    expect((await start.end).code).toBe(0);
  });

  test("starts when the blocker is cancelled", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const { start } = await waiting(place, holder);

    await cli.queue.cancel(holder, "not needed");

    expect((await start.end).code).toBe(0);
  });

  test("starts when the deployment ahead of it was started and is cancelled", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const ahead = await waiting(place, holder);
    const { start } = await waiting(place, ahead.id);
    await cli.queue.cancel(holder);
    await ahead.start.end;

    await cli.queue.cancel(ahead.id);

    expect((await start.end).code).toBe(0);
  });

  test("reaps a blocker whose heartbeats stopped, and starts", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "12 seconds" });
    const place = newPlace(environment);
    const holder = await cli.running(place, { heartbeat: true });
    const start = cli.launch(["start", ...place.options]);
    await isBlockedBy(start, holder);
    await cli.advance("13 seconds");

    expect((await start.end).code).toBe(0);
    expect(await cli.events(holder)).toEqual(["enqueued", "started", "reaped"]);
    expect((await cli.row(holder)).cancellation_note).toContain("no heartbeat since");
  });

  test("starts when the buffer of the blocker is over, not before", async () => {
    const environment = await cli.environment({ bufferTime: "1 second" });
    const place = newPlace(environment);
    const holder = await cli.running(place);
    const { start, id } = await waiting(place, holder);

    await cli.queue.finish(holder);

    expect((await start.end).code).toBe(0);
    const [row] = await cli.sql<{ cooled: boolean }[]>`
      select started.start_timestamp >= blocker.finish_timestamp + interval '1 second' as cooled
      from deploy_queue.deployments as started, deploy_queue.deployments as blocker
      where started.id = ${id} and blocker.id = ${holder}`;
    expect(row?.cooled).toBe(true);
  });

  test("says that it waits for a buffer, and starts when an operator shortens it", async () => {
    const environment = await cli.environment({ bufferTime: "1 hour" });
    const place = newPlace(environment);
    const holder = await cli.running(place);
    const { start } = await waiting(place, holder);
    await cli.queue.finish(holder);
    await start.printed(new RegExp(`deployment ${holder} \\(holder\\) .*(?:buffer|cool)`));

    await cli.run(["environment", "set", environment, "--buffer-time", "0"]);

    expect((await start.end).code).toBe(0);
  });

  test("waits for all ahead that have another concurrency key", async () => {
    const place = newPlace();
    const holder = await cli.running(place, { concurrencyKey: "one" });
    const start = cli.launch(["start", ...place.options, "--concurrency-key", "two"]);
    await isBlockedBy(start, holder);

    await cli.queue.finish(holder);

    expect((await start.end).code).toBe(0);
  });

  test("does not enter the line when there is no file for the step outputs, and says which", async () => {
    const place = newPlace();
    const before = await cli.counts();

    const { code, stdout, stderr } = await cli.runProcess(["start", ...place.options], {
      GITHUB_OUTPUT: "/nowhere/output",
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deploy-queue: GITHUB_OUTPUT names \/nowhere\/output, .*unset GITHUB_OUTPUT.*\n$/);
    expect(await cli.counts()).toEqual(before);
  });

  test.skipIf(!existsSync("/dev/full"))("leaves the line when the file for the step outputs has no room", async () => {
    const place = newPlace();
    const holder = await cli.running(place);

    const { code, stderr } = await cli.runProcess(["start", ...place.options], { GITHUB_OUTPUT: "/dev/full" });

    expect(code).toBe(2);
    expect(stderr).toMatch(/deployment \d+ was cancelled and left the line\n/);
    expect(stderr).toMatch(/^deploy-queue: GITHUB_OUTPUT names \/dev\/full, .*the disk is full/m);
    const [row] = await cli.sql`select count(*) from deploy_queue.deployments_with_status
      where region = ${place.region} and status = 'queued'`;
    expect(row?.["count"]).toBe(0);
    expect((await cli.row(holder)).status).toBe("running");
  });
});
