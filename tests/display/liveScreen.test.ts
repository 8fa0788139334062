import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { fitLines, openLiveScreen } from "../../src/display/liveScreen.js";

test("lines that fit stay as they are", () => {
  expect(fitLines(["one", "two"], 60, 2)).toEqual(["one", "two"]);
});

test("a longer line is cut at its end by the width that it takes, and what has no room is counted", () => {
  expect(fitLines(["a".repeat(61), "世界世界", "c", "d"], 60, 3)).toEqual([
    `${"a".repeat(59)}…`,
    "世界世界",
    "and 2 more lines",
  ]);
  expect(fitLines(["世界世界"], 5, 20)).toEqual(["世界…"]);
});

test("a live screen is drawn anew when its size changes, and gives the screen back at its end", () => {
  const output = Object.assign(new PassThrough(), { columns: 20, rows: 5 });
  const screen = openLiveScreen(output, () => ["a line of twenty-three"]);
  expect(output.read().toString()).toContain("a line of twenty-th…");
  output.columns = 40;
  output.emit("resize");
  expect(output.read().toString()).toContain("a line of twenty-three");
  screen.end();
  expect(output.read().toString()).toContain("\u001b[?1049l");
  expect(output.listenerCount("resize")).toBe(0);
});
