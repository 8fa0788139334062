import { expect, test } from "vitest";
import type { Blocker, BlockingDeployment, QueuedDeployment } from "../../src/queue/forecast.js";
import { queueTable } from "../../src/tables/queueTable.js";

const now = new Date("2030-01-02T22:25:04Z");

function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000);
}

function blocker(changes: Partial<BlockingDeployment> = {}): BlockingDeployment {
  return {
    ...{ deployment_id: 30, kind: "queued", component: "web", version: null, url: null, note: null },
    ...{ since: now.toISOString(), usual_seconds: null, until: null },
    ...{ actor: null, stopped_by: null, unkept_since: null, idle_since: null },
    ...{ silent_since: null, reaped_at: null, priority: 0, priority_reason: null, hold: null },
    ...{ slot: null, sequence: null, reserved_until: null },
    ...changes,
  };
}

function blockers(count: number): Blocker[] {
  return Array.from({ length: count }, (_, index) => blocker({ deployment_id: 30 + index }));
}

function queued(changes: Partial<QueuedDeployment> = {}): QueuedDeployment {
  return {
    ...{ environment: "prod", cloud_provider: "aws", region: "us-west-2", cell_index: 1 },
    ...{ component: "api", version: "v1", url: null, note: null, concurrency_key: null, actor: "ann" },
    ...{ created_at: new Date(now.getTime() - 90_000), deployment_id: 42, position: 1, predicted_start: null },
    ...{ overdue: false, blocker_count: 0, blockers: [], as_of: now, priority: 0, hold: null, overtaken: 0 },
    ...{ idle_since: null, slots: 1, component_slots: null, sequence: null, reserved_until: null },
    ...changes,
  };
}

test("each waiter has a row: position, cell, id, component, time in line, first blocker, predicted start", () => {
  const running = blocker({
    ...{ deployment_id: 41, kind: "running", version: "v7", usual_seconds: 300 },
    since: new Date(now.getTime() - 180_000).toISOString(),
  });
  const rows = [
    queued({ blockers: [running, ...blockers(2)], blocker_count: 3, predicted_start: minutes(12) }),
    queued({ deployment_id: 43, position: 2, version: null, blockers: blockers(1), blocker_count: 1, overdue: true }),
    queued({ deployment_id: 44, position: 3, blockers: [blocker({ kind: "buffer" })], blocker_count: 1 }),
    queued({ blockers: [{ ...running, silent_since: minutes(-2).toISOString() }], blocker_count: 1 }),
    queued({ blockers: [blocker({ silent_since: minutes(-2).toISOString() })], blocker_count: 1 }),
    queued({ deployment_id: 45, position: 4, predicted_start: now }),
    queued({ deployment_id: 46, position: 5, blockers: blockers(10), blocker_count: 12, predicted_start: minutes(1) }),
  ];

  const lines = queueTable(rows).split("\n");

  expect(lines).toEqual([
    "pos  cell                       id  component  by   waiting  for                                        start",
    "1    prod-aws-us-west-2-cell-1  42  api@v1     ann  1m 30s   41 web@v7 running 3m, usually 5m, +2 more  in 12m",
    "2    prod-aws-us-west-2-cell-1  43  api        ann  1m 30s   30 web queued                              unknown, overdue",
    "3    prod-aws-us-west-2-cell-1  44  api@v1     ann  1m 30s   30 web cooling down                        unknown",
    "1    prod-aws-us-west-2-cell-1  42  api@v1     ann  1m 30s   41 web@v7 running 3m, silent 2m            unknown",
    "1    prod-aws-us-west-2-cell-1  42  api@v1     ann  1m 30s   30 web queued, silent 2m                   unknown",
    "4    prod-aws-us-west-2-cell-1  45  api@v1     ann  1m 30s   nothing                                    any moment",
    "5    prod-aws-us-west-2-cell-1  46  api@v1     ann  1m 30s   30 web queued, +11 more                    in 1m",
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

test("a priority, what withholds it and how many have overtaken it are told", () => {
  const freeze = { kind: "freeze", text: "prod is frozen by ann: sale", until: null, deployment_id: null, cures: null };
  const row = queued({ priority: 5, overtaken: 3, blockers: [freeze, ...blockers(1)], blocker_count: 2 });

  expect(queueTable([row])).toMatch(/^1, priority 5 .* 1m 30s, overtaken by 3 {2}freeze, \+1 more {2}unknown$/m);
});

test("hostile text steers no terminal and begins no line", () => {
  const hostile = "a\u001b[2J\r\n::error::b\u009b31m\u202e";
  const table = queueTable([queued({ component: hostile, version: hostile, region: hostile, environment: hostile })]);

  expect(table.split("\n")).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
  expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test("hostile text cannot begin the table's lines with a workflow command", () => {
  expect(queueTable([queued({ environment: "::error::x" })])).not.toMatch(/^\s*::/m);
});
