import { describe, expect, test } from "vitest";
import { InvalidValueError } from "../../src/queue/errors.js";
import { formatDuration, parseDuration } from "../../src/text/durations.js";

describe("parseDuration", () => {
  test.each([
    ["0", 0],
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["90 seconds", 90_000],
    ["30m", 1_800_000],
    ["1h 30m", 5_400_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    [" 2d ", 172_800_000],
    ["1mo", 2_592_000_000],
    ["2 months", 5_184_000_000],
  ])("reads %j as %i ms", (text, milliseconds) => {
    expect(parseDuration(text, "--option")).toBe(milliseconds);
  });

  test.each(["", " ", "10", "-5m", "soon", "5 parsecs", "1m!", "1e400y", "Infinity", "NaN", "10m\u001b", "m"])(
    "refuses %j and names the option",
    (text) => {
      const parse = () => parseDuration(text, "--option");

      expect(parse).toThrow(InvalidValueError);
      expect(parse).toThrow(/^--option must be a duration such as 90s, 30m or 1h/);
    },
  );
});

test.each(["1M", "P1M", "PT30M", "1h 30M"])("refuses %j, which is a minute to some and a month to others", (text) => {
  expect(() => parseDuration(text, "--option")).toThrow(
    `--option must be a duration such as 30m (minutes) or 1mo (30 days), not "${text}"`,
  );
});

test("refuses what no deployment can take and names the option", () => {
  expect(() => parseDuration("99999999999d", "--option")).toThrow(
    '--option must be 100 years at most, not "99999999999d"',
  );
});

describe("formatDuration", () => {
  test.each([
    [0, "0s"],
    [999, "999ms"],
    [10_000, "10s"],
    [5_400_000, "1h 30m"],
    [90_061_000, "1d 1h 1m 1s"],
  ])("writes %i ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
