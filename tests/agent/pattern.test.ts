import { expect, test } from "vitest";
import { fits } from "../../src/agent/pattern.js";

test.each([
  ["yarn build", "yarn build"],
  ["yarn *", "yarn build"],
  ["supervisorctl restart *", "supervisorctl restart my-app--main"],
  ["yarn **", "yarn build --out dist/x"],
  ["**", ""],
  ["a*b*c", "aXbbYc"],
  ["release/*", "release/1.2"],
  ["é*", "éa"],
])("%s fits %s", (pattern, text) => {
  expect(fits(pattern, text)).toBe(true);
});

test.each([
  ["yarn build", "yarn build "],
  ["yarn build", "xyarn build"],
  ["yarn *", "yarn build --force"],
  ["yarn *", "yarn a;reboot"],
  ["yarn *", "yarn $(reboot)"],
  ["yarn *", "yarn a\nreboot"],
  ["yarn *", "yarn 'a b'"],
  ["supervisorctl restart *", "supervisorctl restart --help"],
  ["cat logs/*", "cat logs/../../etc/passwd"],
  ["release/*", "release/1/2"],
  [".*", "yarn"],
  ["yarn *", "YARN build"],
])("%s does not fit %s", (pattern, text) => {
  expect(fits(pattern, text)).toBe(false);
});

test("a pattern of many stars takes no time that grows with their number to a power", () => {
  const began = performance.now();

  expect(fits("*a".repeat(100), `${"a".repeat(10_000)}!`)).toBe(false);

  expect(performance.now() - began).toBeLessThan(5_000);
});
