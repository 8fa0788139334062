import { expect, test } from "vitest";
import { jsonText, printable } from "../../src/text/printable.js";

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
  ["api ##[save-state name=id]7", "api ## [save-state name=id]7"],
])("printable makes %j one line that steers nothing", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("JSON with what the runner of GitHub would take for a command is other text of the same meaning", () => {
  const value = { note: "##[set-output name=deployment-id]7", list: ["#", "###["] };

  const text = jsonText(value, 2);

  expect(text).not.toContain("##[");
  expect(JSON.parse(text)).toEqual(value);
});
