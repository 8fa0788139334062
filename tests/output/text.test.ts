import { expect, test } from "vitest";
import { printable } from "../../src/output/text.js";

test.each([
  ["plain text", "plain text"],
  ["naïve 日本語 🚀", "naïve 日本語 🚀"],
  ["a\nb", "a b"],
  ["a\r\n\t\u0000b", "a b"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007", "link"],
  ["a\u009b31mb", "ab"],
  ["a\u007fb", "a b"],
  ["a\u2028b\u2029c", "a b c"],
  ["abc\u202edef\u2066ghi\u2069", "abc def ghi "],
  ["\u001b", " "],
])("printable makes %j one line that steers nothing", (text, expected) => {
  expect(printable(text)).toBe(expected);
});
