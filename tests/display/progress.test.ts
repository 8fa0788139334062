import { expect, test, vi } from "vitest";
import { withProgress } from "../../src/display/progress.js";

function loggedLines() {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  return { lines, log: { trace: write, debug: write, info: write, warn: write, error: write, tellsInfo: true } };
}

test("what takes longer than a second is told in the log, with how far it is, and again after half a minute", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    const { lines, log } = loggedLines();
    const result = withProgress(log, "cancelling", async (tell) => {
      tell("5000 of 7000");
      await vi.advanceTimersByTimeAsync(40_000);
      return 7;
    });
    expect(await result).toBe(7);
    expect(lines).toEqual(["cancelling, 5000 of 7000, for 1s", "cancelling, 5000 of 7000, for 31s"]);
  } finally {
    vi.useRealTimers();
  }
});

test("what is quick is not told", async () => {
  const { lines, log } = loggedLines();
  expect(await withProgress(log, "cancelling", async () => "done")).toBe("done");
  expect(lines).toEqual([]);
});
