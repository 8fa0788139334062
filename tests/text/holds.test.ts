import { expect, test } from "vitest";
import { parseHold } from "../../src/text/holds.js";

test.each([
  ["outside", "outside"],
  ["true", "outside"],
  ["in-line", "in-line"],
  ["false", undefined],
  ["", undefined],
])("%j is the hold %s", (text, hold) => {
  expect(parseHold(text, "--hold")).toBe(hold);
});

test("any other word is refused", () => {
  expect(() => parseHold("maybe", "--hold")).toThrow('--hold must be outside or in-line, not "maybe"');
});
