import { describe, expect, onTestFinished, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import { gatedCommand, newPlace, type Place, useCommandLine, useDirectory } from "../support/commandLine.js";
import { startProxy } from "../support/proxy.js";

const cli = useCommandLine();
const directory = useDirectory();

/** Each line of the output that is a JSON object; the others are the log. */
function events(output: string): { event: string }[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

/** The events on stderr, where each line is JSON, without the log and the error among them. */
function steps(stderr: string): { event: string }[] {
  expect(events(stderr)).toHaveLength(stderr.trimEnd().split("\n").length);
  return events(stderr).filter(({ event }) => event !== "log" && event !== "error");
}

async function waiting(place: Place): Promise<{ start: RunningCli; holder: number; id: number }> {
  const holder = await cli.running(place);
  const start = cli.launch(["start", ...place.options, "--json"]);
  await start.printed(/"event":"waiting".*\n/);
  const [row] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region} and id > ${holder}`;
  return { start, holder, id: row?.id ?? 0 };
}

describe("start --json prints a JSON object a line:", () => {
  test("enqueued, waiting whenever that changes, started", async () => {
    const place = newPlace(await cli.environment({ bufferTime: "1 hour" }));
    const { start, holder, id } = await waiting(place);

    await cli.queue.finish(holder);
    await start.printed(/"kind":"buffer".*\n/);
    await cli.queue.environments.set(place.environment, { bufferTime: 0 });

    const { code, stdout } = await start.end;
    expect(code).toBe(0);
    expect(stdout.endsWith("\n")).toBe(true);
    const printed = events(stdout);
    expect(printed).toHaveLength(stdout.trimEnd().split("\n").length);
    expect(printed).toMatchObject([
      { event: "enqueued", deployment: { deployment_id: id, component: "api", start_timestamp: null } },
      {
        ...{ event: "waiting", deployment_id: id, position: 1, predicted_start: null },
        blockers: [{ deployment_id: holder, kind: "running", component: "holder" }],
      },
      { event: "waiting", deployment_id: id, blockers: [{ deployment_id: holder, kind: "buffer" }] },
      { event: "started", deployment: { deployment_id: id, start_timestamp: expect.stringMatching(/Z$/) } },
    ]);
  });

  test("given-up, when it was told to stop", async () => {
    const { start, id } = await waiting(newPlace());

    start.process.kill("SIGTERM");

    const { code, stdout } = await start.end;
    expect(code).toBe(5);
    expect(events(stdout).at(-1)).toEqual({ event: "given-up", deployment_id: id });
  });

  test("left-behind, when its place could not be given up", async () => {
    const { start, id } = await waiting(newPlace());
    await cli.sql`alter function deploy_queue.cancel(bigint, text, boolean, boolean) rename to cancel_gone`;
    onTestFinished(async () => {
      await cli.sql`alter function deploy_queue.cancel_gone(bigint, text, boolean, boolean) rename to cancel`;
    });

    start.process.kill("SIGTERM");

    const { code, stdout } = await start.end;
    expect(code).toBe(5);
    expect(events(stdout).map(({ event }) => event)).toEqual(["enqueued", "waiting", "left-behind"]);
    expect(events(stdout).at(-1)).toMatchObject({ deployment_id: id, reason: expect.stringContaining("cancel") });
    expect((await cli.row(id)).status).toBe("queued");
  });

  test("cancelled, with who and why, when an operator cancels its place", async () => {
    const { start, id } = await waiting(newPlace());

    await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "pulled back"]);

    const { code, stdout, stderr } = await start.end;
    expect(code).toBe(5);
    expect(events(stdout).map(({ event }) => event)).toEqual(["enqueued", "waiting", "cancelled"]);
    expect(events(stdout).at(-1)).toEqual({
      ...{ event: "cancelled", deployment_id: id, kind: "cancelled", actor: "tester" },
      principal: new URL(cli.url).username,
      ...{ application_name: "deploy-queue cancel deployment", reason: "pulled back" },
    });
    expect(stderr).toMatch(
      new RegExp(
        `"message":"deployment ${id} \\(api\\) was cancelled at \\S+Z by tester: pulled back","exit_code":5,"deployment_id":\\d+,"code":.*}$`,
        "m",
      ),
    );
  });

  test("outage and outage-over, while the database is away", async () => {
    const proxy = await startProxy(cli.url);
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.launch(["start", ...place.options, "--json"], { DEPLOY_QUEUE_DATABASE_URL: proxy.url });
    await start.printed(/"event":"waiting".*\n/);

    proxy.refuse();
    await start.printed(/"event":"outage".*\n/);
    proxy.recover();
    await start.printed(/"event":"outage-over".*\n/);
    await cli.queue.finish(holder);

    const { code, stdout } = await start.end;
    expect(code).toBe(0);
    expect(events(stdout)).toMatchObject([
      ...[{ event: "enqueued" }, { event: "waiting" }],
      ...[{ event: "outage", message: expect.stringContaining("cannot be reached") }, { event: "outage-over" }],
      { event: "started" },
    ]);
  });
});

describe("run --json", () => {
  test("prints the same on stderr, and leaves stdout to the command", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const { command, open } = gatedCommand(directory);
    const run = cli.launch(["run", ...place.options, "--json", "--", ...command]);
    await run.printed(/"event":"waiting".*\n/);

    await cli.queue.finish(holder);
    await run.printed(/^ready$/m);
    open();

    const { code, stdout, stderr } = await run.end;
    expect(code).toBe(0);
    expect(stdout).toBe("ready\n");
    expect(steps(stderr).map(({ event }) => event)).toEqual(["enqueued", "waiting", "started", "ended"]);
    expect(steps(stderr).at(-1)).toMatchObject({
      exit_code: 0,
      deployment: { deployment_id: expect.any(Number), finish_timestamp: expect.stringMatching(/Z$/) },
    });
  });

  test("goes on while the command runs: outages, and who cancelled the deployment and why", async () => {
    const proxy = await startProxy(cli.url);
    const place = newPlace();
    const { command } = gatedCommand(directory);
    const run = cli.launch(["run", ...place.options, "--json", "--", ...command], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    await run.printed(/^ready$/m);
    const [row] = await cli.sql<
      { id: number }[]
    >`select id from deploy_queue.deployments where region = ${place.region}`;
    proxy.refuse();
    await run.printed(/"event":"outage".*\n/);
    proxy.recover();
    await run.printed(/"event":"outage-over".*\n/);

    await cli.run(["cancel", "deployment", String(row?.id), "--cancellation-note", "pulled back"]);

    const { code, stderr } = await run.end;
    expect(code).toBe(5);
    expect(steps(stderr).map(({ event }) => event)).toEqual([
      ...["enqueued", "started", "outage", "outage-over", "stopping", "cancelled", "ended"],
    ]);
    const actor = "tester";
    expect(steps(stderr).at(-2)).toMatchObject({
      deployment_id: row?.id,
      kind: "stopping",
      actor,
      reason: "pulled back",
    });
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      new RegExp(
        `^{"event":"error","message":".* was cancelled by ${actor}, role \\w+ \\(deploy-queue cancel deployment\\) .*: pulled back","exit_code":5,"deployment_id":\\d+,"code":.*}$`,
      ),
    );
  });

  test("passes the output of the command on as it is", async () => {
    const { stdout } = await cli.runProcess(["run", ...newPlace().options, "--json", "--", "echo", '{"mine":1}']);

    expect(stdout).toBe('{"mine":1}\n');
  });
});
