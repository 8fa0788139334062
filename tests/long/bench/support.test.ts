import { expect, test } from "vitest";
import { performancePage } from "../../../bench/document.js";
import { figureTable } from "../../../bench/figureTable.js";
import { compared, inTurns, measured, percentile, range, timed } from "../../../bench/support.js";

test("samples are taken in turns, and those of the first rounds do not count", async () => {
  const order: string[] = [];
  const a = measured(() => order.push("a"));
  const b = measured(() => order.push("b"));

  await inTurns([a, b], { warmUps: 1, counted: 2 });

  expect(order.join("")).toBe("abbaab");
  expect([a.samples, b.samples]).toEqual([
    [4, 5],
    [3, 6],
  ]);
});

test("five samples are enough when the time is over", async () => {
  const a = measured(() => 1);

  await inTurns([a], { warmUps: 2, counted: 100, milliseconds: 0 });

  expect(a.samples).toHaveLength(5);
});

test.each([
  [[3, 1, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.5, 2],
  [Array.from({ length: 1_000 }, (_, index) => index + 1), 0.99, 990],
  [[7], 0.99, 7],
  [[1, 2], 1, 2],
])("of %j, the share %d lies up to %d", (samples, share, value) => {
  expect(percentile(samples, share)).toBe(value);
});

test("a figure stands beside its floor, with the ratio, the spread and the 99th percentile of both", () => {
  const samples = [450, 500, 1_250.4];
  const many = Array.from({ length: 100 }, (_, index) => index + 1);

  expect(
    figureTable([
      {
        what: "cycles",
        figure: 500,
        range: range(samples),
        beside: 1_000,
        besideRange: [999, 1_001],
        unit: "/s",
        target: "≥ 0.4 ×",
      },
      compared(
        "hand-off",
        many,
        many.map((sample) => sample / 2),
        "≤ 4 ×",
      ),
      timed("view", [3, 1, 2]),
      { what: "connections", figure: 1 },
    ]),
  ).toBe(
    [
      "| what        | figure (spread)    | p99 | beside (spread); p99    | ratio; of p99 | target  |",
      "| ----------- | ------------------ | --- | ----------------------- | ------------- | ------- |",
      "| cycles      | 500 /s (450–1,250) |     | 1,000 /s (999–1,001)    | 0.50 ×        | ≥ 0.4 × |",
      "| hand-off    | 50 ms (41–60)      | 99  | 25 ms (20.50–30); 49.50 | 2; 2 ×        | ≤ 4 ×   |",
      "| view        | 2 ms (1–3)         |     |                         |               |         |",
      "| connections | 1                  |     |                         |               |         |",
    ].join("\n"),
  );
});

test("the page of a run has its machine, one table and what each benchmark measures", () => {
  const page = performancePage({
    machine: { cpu: "one", server_version: "18.4" },
    mode: "quick",
    results: [
      {
        name: "idle",
        about: "A waiter.",
        figures: [
          { what: "connections", figure: 1 },
          { what: "a | b", figure: 2 },
        ],
      },
      { name: "views", about: "In the server.", figures: [timed("queue", [3, 1, 2], "≤ 50 ms")] },
    ],
  });

  expect(page).toContain("One quick run: cpu one, server version 18.4.");
  expect(page.split("\n").filter((line) => line.startsWith("|"))).toHaveLength(5);
  expect(page).toContain("a \\| b");
  expect(page).toMatch(/\n`idle`: A waiter\. `views`: In the server\.\n$/);
});
