import { expect, test } from "vitest";
import { queueTable } from "../../src/output/queueTable.js";
import type { Blocker, QueuedDeployment } from "../../src/queue/deployment.js";

const now = new Date("2030-01-02T22:25:04Z");

function blockers(count: number): Blocker[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ deployment_id: 30 + index, kind: "queued", component: "web", version: null, url: null, note: null },
    ...{ since: now.toISOString(), usual_seconds: null, until: null },
    ...{ priority: 0, priority_reason: null, hold: null },
  }));
}

function queued(changes: Partial<QueuedDeployment> = {}): QueuedDeployment {
  return {
    ...{ environment: "prod", cloud_provider: "aws", region: "us-west-2", cell_index: 1 },
    ...{ component: "api", version: "v1", url: null, note: null, concurrency_key: null },
    ...{ created_at: new Date(now.getTime() - 90_000), deployment_id: 42, position: 1, predicted_start: null },
    ...{ overdue: false, blocker_count: 0, blockers: [], as_of: now, priority: 0, hold: null, overtaken: 0 },
    ...changes,
  };
}

test("everybody who waits has a row: where, as which, who, for how long, for whom, until when", () => {
  const rows = [
    queued({ blockers: blockers(2), blocker_count: 2, overdue: true }),
    queued({ deployment_id: 43, position: 2, version: null, predicted_start: new Date(now.getTime() + 360_000) }),
    queued({ deployment_id: 44, position: 3, blockers: blockers(10), blocker_count: 12, predicted_start: now }),
  ];

  expect(queueTable(rows).split("\n")).toEqual([
    "position  cell                       id  component  waiting  for                    start",
    "1         prod-aws-us-west-2-cell-1  42  api@v1     1m 30s   30, 31                 start unknown; a blocker is overdue",
    "2         prod-aws-us-west-2-cell-1  43  api        1m 30s   nobody                 likely starts in 6m (at 22:31:04Z)",
    "3         prod-aws-us-west-2-cell-1  44  api@v1     1m 30s   30, 31, 32 and 9 more  may start any moment",
  ]);
});

test("exactly three blockers are all named", () => {
  expect(queueTable([queued({ blockers: blockers(3), blocker_count: 3 })])).toMatch(/30, 31, 32 {2}start/);
});

test("a priority, what withholds it and how many have overtaken it are told", () => {
  const freeze = { kind: "freeze", text: "prod is frozen by ann: sale", until: null, deployment_id: null };
  const row = queued({ priority: 5, overtaken: 3, blockers: [freeze, ...blockers(1)], blocker_count: 2 });

  expect(queueTable([row])).toMatch(/^1, priority 5 .* 1m 30s, overtaken by 3 {2}freeze, 30 {2}start unknown$/m);
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
