import { expect, test } from "vitest";
import { formatTimeOfDay, parseTimeOfDay } from "../../src/text/timesOfDay.js";

test.each(["00:00", "02:30", "23:59"])("reads %s, and writes the time of the database so", (text) => {
  expect(parseTimeOfDay(text, "--from", "23:59")).toBe(text);
  expect(formatTimeOfDay(`${text}:00`)).toBe(text);
});

test("24:00 ends a day, and begins none", () => {
  expect(parseTimeOfDay("24:00", "--to", "24:00")).toBe("24:00");
  expect(() => parseTimeOfDay("24:00", "--from", "23:59")).toThrow(
    "--from must be a time of the day from 00:00 to 23:59",
  );
});

test.each(["", "2:00", "02:60", "25:00", "noon"])("refuses %j", (text) => {
  expect(() => parseTimeOfDay(text, "--to", "24:00")).toThrow(`not "${text}"`);
});
