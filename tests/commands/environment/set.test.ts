import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("environment set adds an environment", async () => {
  const { code, stdout } = await cli.run(["environment", "set", "staging", "--buffer-time", "1h 30m"]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^staging +1h 30m +15m +1h +none +for ever$/m);
  expect(await cli.queue.environments.get("staging")).toMatchObject({ buffer_time: 5400, heartbeat_timeout: 900 });
});

test("environment set changes what is given and nothing else", async () => {
  await cli.run(["environment", "set", "prod", "--heartbeat-timeout", "90s", "--unkept-after", "20m"]);

  const changed = { buffer_time: 600, heartbeat_timeout: 90, unkept_after: 1_200 };
  expect(await cli.queue.environments.get("prod")).toMatchObject(changed);
});

test("environment set with nothing else adds an environment as it begins, and refuses to change one with 2", async () => {
  const added = await cli.run(["environment", "set", "bare"]);
  expect(added.code).toBe(0);
  expect(added.stderr).toContain("environment bare added");
  expect(await cli.queue.environments.get("bare")).toMatchObject({ buffer_time: 0, heartbeat_timeout: 900 });

  const { code, stdout, stderr } = await cli.run(["environment", "set", "bare"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe(
    "deploy-queue: environment bare is there, and nothing to change is given. " +
      "Give some of --buffer-time, --heartbeat-timeout, --max-duration, --unkept-after, --retention\n",
  );
});

test("environment set prints one JSON document with --json, durations in seconds", async () => {
  const { stdout } = await cli.run(["environment", "set", "dev", "--buffer-time", "2m", "--json"]);

  expect(JSON.parse(stdout)).toEqual({
    environment: "dev",
    buffer_time: 120,
    heartbeat_timeout: 900,
    heartbeat_interval: 30,
    unkept_after: 3600,
    has_closed_cells: false,
    max_duration: null,
    retention: null,
  });
});

test.each([
  [["new", "--buffer-time", "soon"], "--buffer-time must be a duration"],
  [["new", "--buffer-time", "-5m"], "--buffer-time"],
  [["new", "--buffer-time=-5m"], "--buffer-time must be a duration"],
  [["new", "--buffer-time", "31d"], "--buffer-time must be between 0 and 30 days"],
  [["new", "--buffer-time", "99999999999999999y"], ""],
  [["new", "--heartbeat-timeout", "0"], "--heartbeat-timeout must be between 1 second and 30 days"],
  [["new", "--heartbeat-timeout", "10"], "--heartbeat-timeout must be a duration"],
  [["x".repeat(51)], "environment must be 1 to 50 printable characters"],
  [[""], "environment must be 1 to 50 printable characters"],
  [["a\u202eb"], "has other characters than"],
])("environment set refuses %j", async (values, message) => {
  const before = await cli.counts();

  const { code, stdout, stderr } = await cli.run(["environment", "set", ...values]);

  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
  expect(stderr).toContain(message);
  expect(await cli.counts()).toEqual(before);
});
