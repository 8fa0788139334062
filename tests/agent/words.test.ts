import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { wordsOf } from "../../src/agent/words.js";
import { shellWords } from "../../src/text/shellWords.js";

test("a command falls into the words that a shell would read", () => {
  const command = String.raw`printf '%s\n' --a=b  "it's \"one\" \x" 'as \it is'"; " a\ b '' x#y {} ~`.replace(
    / ~$/,
    "",
  );

  const [, ...args] = wordsOf(command);

  const printed = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  const [format = "", ...values] = args;
  expect(format).toBe(String.raw`%s\n`);
  expect(`${values.join("\n")}\n`).toBe(printed);
});

test("words that were quoted for a shell come back as they were", () => {
  const word = fc.string({ unit: fc.constantFrom(..."aA1 '\"\\$`;&|<>()*?[]#~={}!é") });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (rest) => {
      const words = ["program", ...rest];
      expect(wordsOf(shellWords(words))).toEqual(words);
    }),
  );
});

test.each([
  ["yarn build && reboot", '"&&" needs a shell'],
  ["a; b", '";" needs a shell'],
  ["a | b", '"|" needs a shell'],
  ["a > b", '">" needs a shell'],
  ["a &", '"&" needs a shell'],
  ["echo $HOME", '"$HOME" needs a shell'],
  ['echo "a $(reboot)"', '"$(" needs a shell'],
  ["echo `reboot`", '"`r" needs a shell'],
  ["ls *.js", '"*" needs a shell'],
  ["echo #a", '"#" needs a shell'],
  ["cat ~/x", '"~" needs a shell'],
  ["a\nb", "it has more than one line, which needs a shell"],
  ["echo 'a", "a quote ' is not closed"],
  ['echo "a', 'a quote " is not closed'],
  ["NODE_ENV=production yarn build", "it sets a variable, which needs a shell"],
  ["  ", "it is empty"],
])("%s is refused", (command, why) => {
  expect(() => wordsOf(command)).toThrow(why);
});
