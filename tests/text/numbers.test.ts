import { describe, expect, test } from "vitest";
import { InvalidValueError } from "../../src/queue/errors.js";
import { parseCellIndex, parseDeploymentId, parseNumber, parsePriority } from "../../src/text/numbers.js";

describe("parseDeploymentId", () => {
  test.each([
    ["42", "42"],
    [" 007 ", "7"],
    ["9223372036854775807", "9223372036854775807"],
  ])("reads %j as %s", (text, id) => {
    expect(parseDeploymentId(text)).toBe(id);
  });

  test.each(["", "-1", "1.5", "abc", "9223372036854775808"])("refuses %j", (text) => {
    expect(() => parseDeploymentId(text)).toThrow(InvalidValueError);
  });
});

describe("parseCellIndex", () => {
  test.each(["0", "2147483647", " 7 "])("reads %j", (text) => {
    expect(parseCellIndex(text, "--cell-index")).toBe(Number(text));
  });

  test.each(["", "-1", "+1", "2147483648", "1e3", "0x1"])("refuses %j and names the option", (text) => {
    expect(() => parseCellIndex(text, "--cell-index")).toThrow(
      `--cell-index must be a whole number from 0 to 2147483647, not "${text}"`,
    );
  });
});

describe("parsePriority", () => {
  test.each(["0", "-1000000", "+3"])("reads %j", (text) => {
    expect(parsePriority(text, "--priority")).toBe(Number(text));
  });

  test.each(["", "high", "1000001", "1.5"])("refuses %j", (text) => {
    expect(() => parsePriority(text, "--priority")).toThrow("from -1000000 to 1000000");
  });
});

test("parseNumber names what it reads", () => {
  expect(parseNumber("3", "the number of the freeze")).toBe(3);
  expect(() => parseNumber("three", "the number of the freeze")).toThrow(
    'the number of the freeze must be a whole number, not "three"',
  );
});
