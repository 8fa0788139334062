import { expect, test } from "vitest";
import { formatWeekdays, parseWeekdays } from "../../src/text/weekdays.js";

test.each([
  ["mon-fri", [1, 2, 3, 4, 5], "mon, tue, wed, thu, fri"],
  ["sat,sun", [6, 7], "sat, sun"],
  ["fri-mon", [1, 5, 6, 7], "mon, fri, sat, sun"],
  [" Daily ", [1, 2, 3, 4, 5, 6, 7], "daily"],
])("reads %j and writes it as days", (text, days, written) => {
  expect(parseWeekdays(text, "--days")).toEqual(days);
  expect(formatWeekdays(days)).toBe(written);
});

test.each(["", "funday", "mon-wed-fri"])("refuses %j", (text) => {
  expect(() => parseWeekdays(text, "--days")).toThrow("--days must be days such as mon-fri");
});
