import { expect, test } from "vitest";
import { likelyMeant, nearestNames } from "../../src/text/nearest.js";

test.for([
  ["stauts", "status"],
  ["tsatus", "status"],
  ["stats", "status"],
  ["STRAT", "start"],
  ["finsh", "finish"],
  ["xyzzy", undefined],
] as const)("%s likely means %s", ([typed, meant]) => {
  expect(likelyMeant(typed, ["start", "status", "finish"])).toBe(meant);
});

test("names are ordered by the characters to insert, delete, replace or swap", () => {
  expect(nearestNames("prod", ["dev", "prdo", "prod-2", "production"])).toEqual(["prdo", "prod-2", "dev"]);
});
