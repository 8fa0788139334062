import { expect, test } from "vitest";
import type { RunningDeployment } from "../../src/queue/calls/boards.js";
import { runningTable } from "../../src/tables/runningTable.js";

function running(changes: Partial<RunningDeployment> = {}): RunningDeployment {
  return {
    ...{ environment: "prod", cloud_provider: "aws", region: "us-west-2", cell_index: 1, deployment_id: 42 },
    ...{ component: "api", version: "v1", url: null, start_timestamp: new Date("2030-01-02T22:25:04.9Z") },
    ...{ status: "running" as const, actor: "ann", stopped_by: null, stop_timestamp: null, stops_by: null },
    ...{ verifying_since: null },
    ...{ sequence: null, slot: 1, unkept_since: null, buffering_until: null, as_of: new Date("2030-01-02T22:27:00Z") },
    ...{ current_duration: 90, avg_duration: null, outlier_duration: null, heartbeat_age: null, is_silent: false },
    ...changes,
  };
}

test("each running deployment has a row: id, cell, component, start, duration, usual duration, last heartbeat", () => {
  const rows = [
    running({ avg_duration: 300, outlier_duration: 90, url: "https://example.com/1" }),
    running({ deployment_id: 43, version: null, current_duration: 90.5, avg_duration: 60, outlier_duration: 90 }),
    running({ deployment_id: 44, current_duration: 0.0001, heartbeat_age: 660 }),
  ];

  expect(runningTable(rows).split("\n")).toEqual([
    "id  cell                       component  by   since                 running          usually  heartbeat  url",
    "42  prod-aws-us-west-2-cell-1  api@v1     ann  2030-01-02T22:25:04Z  1m 30s           5m       none       https://example.com/1",
    "43  prod-aws-us-west-2-cell-1  api        ann  2030-01-02T22:25:04Z  1m 30s, outlier  1m       none",
    "44  prod-aws-us-west-2-cell-1  api@v1     ann  2030-01-02T22:25:04Z  0s               unknown  11m ago",
  ]);
});

test("slots are told where a cell has several", () => {
  const lines = runningTable([running(), running({ deployment_id: 43, slot: 2 })]).split("\n");
  expect(lines[0]).toMatch(/^id +cell +slot +component/);
  expect(lines[1]).toMatch(/^42 +prod-aws-us-west-2-cell-1 +1 +api@v1/);
  expect(lines[2]).toMatch(/^43 +prod-aws-us-west-2-cell-1 +2 +api@v1/);
});

test("what is being stopped and what never ends by itself are told", () => {
  const stopping = { status: "stopping" as const, stopped_by: "ben", stops_by: new Date("2030-01-02T22:27:08Z") };
  const lines = runningTable([
    running({ ...stopping, heartbeat_age: 2 }),
    running({ ...stopping, stopped_by: null, stops_by: null }),
    running({ ...stopping, stops_by: new Date("2030-01-02T22:26:00Z") }),
    running({ unkept_since: new Date("2030-01-02T22:25:04Z") }),
  ]).split("\n");

  expect(lines[1]).toContain(" 1m 30s, stopping for ben, 8s left ");
  expect(lines[2]).toContain(" 1m 30s, stopping ");
  expect(lines[3]).toContain(" 1m 30s, stopping for ben, overdue ");
  expect(lines[4]).toContain(" none: never ends by itself");
});

test("hostile text steers no terminal and begins no line", () => {
  const hostile = "a\u001b[2J\r\n::error::b\u009b31m\u202e";
  const table = runningTable([running({ component: hostile, version: hostile, environment: hostile, url: hostile })]);

  expect(table.split("\n")).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
  expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
