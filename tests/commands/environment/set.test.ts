import { describe, expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("environment set adds an environment", async () => {
  const { code, stdout } = await cli.run(["environment", "set", "staging", "--create", "--buffer-time", "1h 30m"]);

  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^staging +1h 30m +15m +1h +none +for ever +open +sequential +1 +no +4h +no +off, 10 MiB, 30d +none$/m,
  );
  expect(await cli.queue.environments.get("staging")).toMatchObject({ buffer_time: 5400, heartbeat_timeout: 900 });
});

test("environment set changes what is given and nothing else", async () => {
  await cli.run(["environment", "set", "prod", "--heartbeat-timeout", "90s", "--unkept-after", "20m"]);

  const changed = { buffer_time: 600, heartbeat_timeout: 90, unkept_after: 1_200 };
  expect(await cli.queue.environments.get("prod")).toMatchObject(changed);
});

test("environment set with nothing else adds an environment as it begins, and refuses to change one with 2", async () => {
  const added = await cli.run(["environment", "set", "bare", "--create"]);
  expect(added.code).toBe(0);
  expect(added.stderr).toContain("environment bare added");
  expect(await cli.queue.environments.get("bare")).toMatchObject({ buffer_time: 0, heartbeat_timeout: 900 });

  const { code, stdout, stderr } = await cli.run(["environment", "set", "bare"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe(
    "deploy-queue: environment bare is there, and nothing to change is given. " +
      "Give some of --buffer-time, --heartbeat-timeout, --max-duration, --unkept-after, " +
      "--ordering, --slots, --refuse-outdated, --max-reservation, --confirmation, --approvals, --approvers, --promote-from, " +
      "--promotion-cells, --soak, --same-artifact, --require-checks, --require-verification, --gate-rollbacks, --hold-line-after-failure, --log, --log-limit, --log-retention, --retention, --cells\n",
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
    ...{ ordering: "sequential", slots: 1, refuse_outdated: false, max_reservation: 14_400 },
    ...{ confirmation: null, approvals: 0, approvers: null, promote_from: null, promotion_cells: "any", soak: 0 },
    ...{
      same_artifact: false,
      require_checks: [],
      require_verification: false,
      gate_rollbacks: false,
      hold_after_failure: false,
    },
    ...{ log: false, log_limit: 10_485_760, log_retention: 2_592_000 },
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

  const { code, stdout, stderr } = await cli.run(["environment", "set", "--create", ...values]);

  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
  expect(stderr).toContain(message);
  expect(await cli.counts()).toEqual(before);
});

test("environment set of an environment that does not exist is exit code 3 without --create", async () => {
  const { code, stderr } = await cli.run(["environment", "set", "prdo", "--buffer-time", "5m"]);

  expect(code).toBe(3);
  expect(stderr).toMatch(/^deploy-queue: environment prdo does not exist\. There are: .*prod.*\. --create adds it\n$/);
});

test("among many environments the error names those that are most like it", async () => {
  for (const name of ["eu-1", "eu-2", "eu-3", "us-1", "us-2", "us-3"]) {
    await cli.run(["environment", "set", name, "--create"]);
  }

  const { stderr } = await cli.run(["environment", "set", "prdo", "--buffer-time", "5m"]);

  expect(stderr).toContain("does not exist. Most like it: prod, ");
  expect(stderr).not.toContain("us-3");
});

test("environment set takes limits back with none", async () => {
  await cli.run(["environment", "set", "limited", "--create", "--max-duration", "2h", "--retention", "30d"]);
  expect(await cli.queue.environments.get("limited")).toMatchObject({ max_duration: 7_200, retention: 2_592_000 });

  await cli.run(["environment", "set", "limited", "--max-duration", "none", "--retention", "none"]);
  expect(await cli.queue.environments.get("limited")).toMatchObject({ max_duration: null, retention: null });
});

test("environment set says how deployments are ordered and how many run at once", async () => {
  const environment = await cli.environment();
  const set = ["environment", "set", environment];
  await cli.run([...set, "--ordering", "latest-ready", "--slots", "3", "--refuse-outdated", "--max-reservation", "1h"]);
  expect(await cli.queue.environments.get(environment)).toMatchObject({
    ...{ ordering: "latest-ready", slots: 3, refuse_outdated: true, max_reservation: 3_600 },
  });
  await cli.run([...set, "--no-refuse-outdated"]);
  expect(await cli.queue.environments.get(environment)).toMatchObject({ slots: 3, refuse_outdated: false });
});

test("environment set --component says what one component demands, and takes it back with none", async () => {
  const environment = await cli.environment();
  const set = ["environment", "set", environment, "--component", "api"];
  const { stdout } = await cli.run([
    ...set,
    "--ordering",
    "latest",
    "--refuse-outdated",
    "--buffer-time",
    "5m",
    "--json",
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    component: "api",
    ordering: "latest",
    refuse_outdated: true,
    slots: null,
  });
  expect(await cli.queue.environments.get(environment)).toMatchObject({ ordering: "sequential" });

  await cli.run([...set, "--ordering", "none", "--refuse-outdated=none", "--dry-run"]);
  expect(await cli.queue.environments.components(environment)).toHaveLength(1);
  await cli.run([...set, "--ordering", "none", "--refuse-outdated=none"]);
  expect(await cli.queue.environments.components(environment)).toEqual([
    expect.objectContaining({ ordering: null, refuse_outdated: null, buffer_time: 300 }),
  ]);
});

test.for<[string[], number, string]>([
  [["--slots", "0"], 2, "--slots must be between 1 and 100"],
  [["--slots", "many"], 2, "--slots must be a whole number"],
  [["--slots", "none"], 2, "--slots cannot be none for an environment. With --component it means"],
  [["--ordering", "newest"], 2, '--ordering must be one of sequential, latest, latest-ready, none, not "newest"'],
  [["--refuse-outdated=perhaps"], 2, "--refuse-outdated"],
  [["--refuse-outdated", "none"], 2, "write --refuse-outdated=none"],
  [["--max-reservation", "31d"], 2, "--max-reservation must be between 1 second and 30 days"],
  [["--component", "api"], 2, "nothing to change is given"],
  [["--component", "api", "--retention", "30d"], 2, "--retention is for a whole environment"],
  [["--component", "api", "--slots", "0"], 2, "--slots must be between 1 and 100"],
  [["--component", "a\u202e", "--slots", "2"], 2, "has other characters than"],
  [["--component", "api", "--create", "--slots", "2"], 2, "--create is for a whole environment"],
])("environment set refuses %j", async ([options, exitCode, message]) => {
  const environment = await cli.environment();
  const before = await cli.counts();
  const { code, stdout, stderr } = await cli.run(["environment", "set", environment, ...options]);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
  expect(stderr).toContain(message);
  expect(await cli.counts()).toEqual(before);
});

describe("environment set --retention", () => {
  /** An environment with this many cancelled deployments, all of a year ago. */
  async function withOld(count: number): Promise<string> {
    const environment = await cli.environment();
    for (let index = 0; index < count; index += 1) {
      const { id } = await cli.enqueue({ environment });
      await cli.queue.cancel(id);
    }
    await cli.advance("1 year");
    return environment;
  }

  test("that removes several deployments at once says how many, and needs --yes in a script", async () => {
    const environment = await withOld(2);
    const command = ["environment", "set", environment, "--retention", "30d"];

    const unanswered = await cli.run(command);
    expect(unanswered.code).toBe(2);
    expect(unanswered.stderr).toContain(
      `2 deployments of ${environment} ended more than 30d ago. The worker removes them`,
    );
    expect(await cli.queue.environments.get(environment)).toMatchObject({ retention: null });

    const dry = await cli.run([...command, "--dry-run", "--json"]);
    expect(JSON.parse(dry.stdout)).toEqual({ environment, removes: 2 });
    expect(await cli.queue.environments.get(environment)).toMatchObject({ retention: null });

    expect((await cli.run([...command, "--yes"])).code).toBe(0);
    expect(await cli.queue.upkeep.pruneHistory(1_000)).toBe(2);
  });

  test("that removes one or none asks nothing in a script", async () => {
    const environment = await withOld(1);

    const { code, stderr } = await cli.run(["environment", "set", environment, "--retention", "30d"]);

    expect(code).toBe(0);
    expect(stderr).toContain(`1 deployment of ${environment} ended more than 30d ago`);
  });
});

test("environment set takes the gates of an environment, and off or none take them away", async () => {
  const set = ["environment", "set", "gated"];
  const gates = [
    "--confirmation",
    "go",
    "--approvals",
    "2",
    "--approvers",
    "pg_monitor",
    "--promote-from",
    "dev",
    "--soak",
    "30m",
  ];
  await cli.run([...set, "--create", ...gates, "--same-artifact", "--require-checks", "e2e, load", "--gate-rollbacks"]);

  const { stdout } = await cli.run(["environment", "list"]);
  expect(stdout).toMatch(
    /^gated .* confirmation go, 2 approvals, by pg_monitor, from dev, soak 30m, same artifact, checks e2e,load, rollbacks too$/m,
  );

  await cli.run([...set, "--component", "api", "--approvals", "0", "--confirmation", "off"]);
  expect((await cli.run(["environment", "list"])).stdout).toMatch(/^gated +api .* no confirmation, no approvals$/m);

  await cli.run([
    ...set,
    "--confirmation",
    "off",
    "--approvals",
    "none",
    "--approvers",
    "none",
    "--promote-from",
    "none",
  ]);
  const { stdout: without } = await cli.run([
    ...set,
    "--soak",
    "none",
    "--same-artifact=none",
    "--require-checks",
    "off",
  ]);
  expect(without).toMatch(/^gated .* off, 10 MiB, 30d +rollbacks too$/m);
});

test.each([
  [["--confirmation", ""], "--confirmation is empty. off asks for nothing"],
  [["--approvals", "-1"], "--approvals"],
  [["--approvals", "11"], "--approvals must be between 0 and 10"],
  [["--soak", "31d"], "--soak must be between 0 and 30 days"],
  [["--promotion-cells", "some"], "--promotion-cells must be one of same-region, any, all, none"],
])("environment set refuses %j", async (values, message) => {
  const { code, stderr } = await cli.run(["environment", "set", "dev", ...values]);

  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("environment set says what is kept of the output of commands, and a component takes it back with none", async () => {
  const set = (...options: string[]) => cli.run(["environment", "set", "dev", ...options]);
  expect((await set("--log", "on", "--log-limit", "1.5MiB", "--log-retention", "7d")).code).toBe(0);
  expect(await cli.queue.environments.get("dev")).toMatchObject({
    log: true,
    log_limit: 1_572_864,
    log_retention: 604_800,
  });
  await set("--component", "web", "--log", "off", "--log-limit", "1GiB");
  const { stdout } = await set("--component", "web", "--log-limit", "none");
  expect(stdout).toMatch(/ off, 1.5 MiB, 7d +\(none\)$/m);
  expect(await cli.queue.environments.components("dev")).toMatchObject([{ log: false, log_limit: null }]);
});

test.each([
  ["--log", "perhaps"],
  ["--log-limit", "much"],
  ["--log-limit", "1KiB"],
  ["--log-limit", "2GiB"],
  ["--log-retention", "1m"],
])("environment set refuses %j", async (...options) => {
  expect((await cli.run(["environment", "set", "dev", ...options])).code).toBe(2);
});
