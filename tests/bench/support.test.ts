import { expect, test } from "vitest";
import { figureTable } from "../../bench/figureTable.js";
import { inTurns, measured, percentile, range } from "../../bench/support.js";

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

test.each([
  [[3, 1, 2], 0.5, 2],
  [[4, 1, 3, 2], 0.5, 2],
  [Array.from({ length: 1_000 }, (_, index) => index + 1), 0.99, 990],
  [[7], 0.99, 7],
  [[1, 2], 1, 2],
])("of %j, the share %d lies up to %d", (samples, share, value) => {
  expect(percentile(samples, share)).toBe(value);
});

test("a figure stands beside its floor, with the ratio and the range of both", () => {
  const samples = [450, 500, 1_250.4];

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
      { what: "connections", figure: 1 },
    ]),
  ).toBe(
    [
      "| what        | figure             | beside               | ratio  | target  |",
      "| ----------- | ------------------ | -------------------- | ------ | ------- |",
      "| cycles      | 500 /s (450–1,250) | 1,000 /s (999–1,001) | 0.50 × | ≥ 0.4 × |",
      "| connections | 1                  |                      |        |         |",
    ].join("\n"),
  );
});
