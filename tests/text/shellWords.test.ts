import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWords } from "../../src/text/shellWords.js";

test.each([
  [["./deploy.sh", "--version=v1", "a/b:c,d@e%f+g"], "./deploy.sh --version=v1 a/b:c,d@e%f+g"],
  [["sh", "-c", "echo a; echo b"], "sh -c 'echo a; echo b'"],
  [["A=b", "A=b"], "'A=b' A=b"],
  [["if", "if"], "'if' if"],
  [["ls", "", "it's", "$HOME", "~", "*"], "ls '' 'it'\\''s' '$HOME' '~' '*'"],
  [["ls", "ü", "漢"], "ls 'ü' '漢'"],
  [["ls", "a\nb'\\"], "ls $'a\\012b\\'\\\\'"],
])("%j is shown as %s", (command, shown) => {
  expect(shellWords(command)).toBe(shown);
});

test.each([
  [["a b", "it's", "##[group]", "\\", '"', "$(id)", "`id`", "!!", "-n", "", "é", "a=b", "#x"]],
  [["\u001b]0;title\u0007", "a\nb##['\\", "\u202e", "\u0085"]],
])("bash reads back %j", (words) => {
  const shown = shellWords(["printf", "%s\\0", ...words]);
  expect(shown).not.toMatch(/\p{Cc}|##\[/u);
  expect(execFileSync("bash", ["-c", shown]).toString().split("\0").slice(0, -1)).toEqual(words);
});
