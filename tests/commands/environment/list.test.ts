import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

const asBegun = {
  ...{ has_closed_cells: false, unkept_after: 3600, max_duration: null, retention: null },
  ...{ ordering: "sequential", slots: 1, refuse_outdated: false, max_reservation: 14_400, components: [] },
  ...{ confirmation: null, approvals: 0, approvers: null, promote_from: null, promotion_cells: "any", soak: 0 },
  ...{
    same_artifact: false,
    require_checks: [],
    require_verification: false,
    gate_rollbacks: false,
    hold_after_failure: false,
  },
  ...{ log: false, log_limit: 10_485_760, log_retention: 2_592_000 },
};

test("environment list shows the environments and their policies", async () => {
  const { code, stdout } = await cli.run(["environment", "list"]);

  expect(code).toBe(0);
  const begun = [
    "15m",
    "1h",
    "none",
    "for ever",
    "open",
    "sequential",
    "1",
    "no",
    "4h",
    "no",
    "off, 10 MiB, 30d",
    "none",
  ];
  expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
    [
      ...["environment", "component", "buffer time", "heartbeat timeout", "unkept after", "max duration", "retention"],
      ...["cells", "ordering", "slots", "refuse outdated", "max reservation", "held after failure", "log", "gates"],
    ],
    ["dev", "0s", ...begun],
    ["prod", "10m", ...begun],
    [""],
  ]);
});

test("environment list prints one JSON document with --json, durations in seconds", async () => {
  const { stdout } = await cli.run(["environment", "list", "--json"]);

  expect(JSON.parse(stdout)).toEqual([
    { environment: "dev", buffer_time: 0, heartbeat_timeout: 900, heartbeat_interval: 30, ...asBegun },
    { environment: "prod", buffer_time: 600, heartbeat_timeout: 900, heartbeat_interval: 30, ...asBegun },
  ]);
});

test("environment list shows what a component demands, and in parentheses what it inherits", async () => {
  const environment = await cli.environment({ bufferTime: "5 minutes" });
  const set = ["environment", "set", environment, "--component"];
  await cli.run([...set, "api", "--ordering", "latest", "--slots", "2", "--refuse-outdated"]);
  await cli.run([...set, "web", "--slots", "2"]);
  await cli.run([...set, "web", "--slots", "none"]);

  const { stdout } = await cli.run(["environment", "list"]);
  const row = stdout.split("\n").find((line) => line.startsWith(`${environment}  api`));
  expect(row?.split(/ {2,}/).slice(2)).toEqual([
    ...[
      "(5m)",
      "(15m)",
      "(1h)",
      "(none)",
      "(for ever)",
      "(open)",
      "latest",
      "2",
      "yes",
      "(4h)",
      "(no)",
      "(off, 10 MiB, 30d)",
      "(none)",
    ],
  ]);
  const documents = JSON.parse((await cli.run(["environment", "list", "--json"])).stdout);
  const { components } = documents.find((document: { environment: string }) => document.environment === environment);
  expect(components).toEqual([
    expect.objectContaining({
      component: "api",
      ordering: "latest",
      slots: 2,
      refuse_outdated: true,
      buffer_time: null,
    }),
  ]);
});
