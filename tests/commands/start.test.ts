import { describe, expect, test } from "vitest";
import { isBlockedBy, newPlace, stepOutput, useCommandLine, useDirectory } from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

describe("start in a free cell", () => {
  test("starts at once and prints nothing but the id on stdout", async () => {
    const { code, stdout, stderr } = await cli.run(["start", ...newPlace().options]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\n$/);
    const id = Number(stdout);
    expect((await cli.row(id)).status).toBe("running");
    expect(await cli.events(id)).toEqual(["enqueued", "started"]);
    expect(stderr).toContain(`deployment ${id} (api) started`);
  });

  test("leaves no heartbeat behind, since no process goes on to send any", async () => {
    const { stdout } = await cli.run(["start", ...newPlace().options]);

    expect((await cli.row(Number(stdout))).heartbeat_timestamp).toBeNull();
  });

  test("stores what its options say", async () => {
    const { stdout } = await cli.run([
      ...["start", "--environment=prod", "--provider=azure", "--region=eastus2", "--cell-index=7", "--component=web"],
      ...["--version", "v1.2.3", "--url", "https://example.com/1", "--note", "hot -- fix", "--concurrency-key", "key"],
    ]);

    expect(await cli.row(Number(stdout))).toMatchObject({
      environment: "prod",
      cloud_provider: "azure",
      region: "eastus2",
      cell_index: 7,
      component: "web",
      version: "v1.2.3",
      url: "https://example.com/1",
      note: "hot -- fix",
      concurrency_key: "key",
    });
  });

  test("takes empty optional options for absent ones", async () => {
    const { code, stdout } = await cli.run([
      ...["start", ...newPlace().options, "--version", "", "--url", "", "--note", "", "--concurrency-key", ""],
      ...["--wait-timeout", "", "--outage-timeout", ""],
    ]);

    expect(code).toBe(0);
    expect(await cli.row(Number(stdout))).toMatchObject({
      version: null,
      url: null,
      note: null,
      concurrency_key: null,
    });
  });

  test("writes deployment-id to the step's outputs, between delimiters", async () => {
    const output = stepOutput(directory);

    const { stdout } = await cli.runProcess(["start", ...newPlace().options], { GITHUB_OUTPUT: output.path });

    const id = stdout.trim();
    expect(stdout).toMatch(/^\d+\n$/);
    expect(output.read()).toMatch(new RegExp(`^deployment-id<<(ghadelimiter_\\S+)\\n${id}\\n\\1\\n$`));
  });

  test("starts with --wait-timeout 0 too", async () => {
    const { code } = await cli.run(["start", ...newPlace().options, "--wait-timeout", "0"]);

    expect(code).toBe(0);
  });

  test("waits as long as a month when told to", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.begin(["start", ...place.options, "--wait-timeout", "30d"]);
    await isBlockedBy(start, holder);

    await cli.queue.finish(holder);

    expect((await start.end).code).toBe(0);
  });

  test("prints one JSON document a step with --json, and nothing else on stdout", async () => {
    const { code, stdout } = await cli.run(["start", ...newPlace().options, "--json"]);

    expect(code).toBe(0);
    const [enqueued, started, ...more] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(enqueued).toMatchObject({ event: "enqueued", deployment: { component: "api", start_timestamp: null } });
    expect(started).toMatchObject({
      event: "started",
      deployment: { deployment_id: enqueued.deployment.deployment_id },
    });
    expect(started.deployment.start_timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(more).toEqual([]);
  });

  test("starts beside a running deployment with the same concurrency key", async () => {
    const place = newPlace();
    const holder = await cli.running(place, { concurrencyKey: "together" });

    const { code, stdout } = await cli.run(["start", ...place.options, "--concurrency-key", "together"]);

    expect(code).toBe(0);
    expect((await cli.row(holder)).status).toBe("running");
    expect((await cli.row(Number(stdout))).status).toBe("running");
  });

  test("says nothing on stderr when the log is silent", async () => {
    const { code, stderr } = await cli.run(["start", ...newPlace().options], { DEPLOY_QUEUE_LOG_LEVEL: "silent" });

    expect(code).toBe(0);
    expect(stderr).toBe("");
  });

  test("only says what it would wait for with --dry-run", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const before = await cli.counts();

    const { code, stdout } = await cli.run(["start", ...place.options, "--dry-run"]);
    const json = await cli.run(["start", ...place.options, "--dry-run", "--json"]);

    expect(code).toBe(6);
    expect(stdout).toContain(`deployment ${holder} (holder)`);
    expect(JSON.parse(json.stdout)).toMatchObject({
      can_start: false,
      gates_open: true,
      forecast: { position: 1, blockers: [{ deployment_id: holder }] },
    });
    expect(await cli.counts()).toEqual(before);
  });
});
