import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "dotenv";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { dotenvText } from "../../src/agent/dotenv.js";

const directory = mkdtempSync(join(tmpdir(), "deploy-queue-dotenv-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function asShell(text: string): string {
  const file = join(directory, ".env");
  writeFileSync(file, text);
  return execFileSync("sh", ["-c", '. "$0"; printf "%s" "$VALUE"', file], { encoding: "utf8" });
}

test.each([
  "",
  "plain",
  "two words",
  " spaces around ",
  "# no comment",
  "a#b",
  "it's",
  'say "hi"',
  "$HOME",
  String.raw`C:\new\table`,
  "line 1\nline 2",
  '{"a": [1, "b"]}',
  "é ∑ 🚀",
  "a=b",
  "`date`",
])("a shell and dotenv read %j as it is", (value) => {
  const text = dotenvText({ VALUE: value, NEXT: "next" });

  expect(parse(text)).toEqual({ VALUE: value, NEXT: "next" });
  expect(asShell(text)).toBe(value);
});

test("whatever is written is read as it is by dotenv", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab1 '\"\\$`{}#=\nné") }), (value) => {
      let text: string;
      try {
        text = dotenvText({ VALUE: value });
      } catch (error) {
        expect(String(error)).toContain("cannot be written to .env");
        return;
      }
      expect(parse(text)).toEqual({ VALUE: value });
    }),
  );
});

test.each(["it's $5", 'it\'s "good"', "a\r\nb", "$".concat("{HOME}"), String.raw`a\\b`])(
  "%j, which readers take differently, is refused without being told",
  (value) => {
    expect(() => dotenvText({ VALUE: value })).toThrow(/^the value of VALUE cannot be written/);
  },
);
