import { expect, test } from "vitest";
import { withOurTimes } from "../../src/text/moments.js";

test.each([
  ["worker:1 was seen 00:00:05 ago", "worker:1 was seen 5s ago"],
  ["no heartbeat since 2030-01-02 04:04:05+01, and", "no heartbeat since 2030-01-02T03:04:05Z, and"],
  ["since 2030-01-02 03:04:05-03:30", "since 2030-01-02T06:34:05Z"],
  ["running for 1 day 02:00:00, usual are 00:10:30", "running for 1d 2h, usual are 10m 30s"],
  ["deployment 42 (api@v1:2) waits", "deployment 42 (api@v1:2) waits"],
])("%j of the database is shown as %j", (text, shown) => {
  expect(withOurTimes(text)).toBe(shown);
});
