import { expect, test } from "vitest";
import type { Deployment } from "../../src/queue/deployment.js";
import { cancelledEachText, cancelledText } from "../../src/text/cancellation.js";
import { exampleDeployment as deployment } from "../support/exampleDeployment.js";

const stopping = { start_timestamp: new Date(), stop_timestamp: new Date() };

test("cancelled deployments are counted and listed", () => {
  const line = "  - 42 api@v1.2.3 in prod-aws-us-west-2-cell-1";
  expect(cancelledEachText([])).toBe("Cancelled 0 deployments");
  expect(cancelledEachText([deployment()])).toBe(`Cancelled 1 deployment:\n${line}`);
  expect(cancelledEachText([deployment(), deployment({ id: 43 })])).toMatch(/^Cancelled 2 deployments:\n.*\n {2}- 43 /);
});

test("those that are asked to stop are listed by themselves", () => {
  const asked = deployment({ id: 43, ...stopping });
  expect(cancelledEachText([asked])).toMatch(/^Asked to stop 1 deployment:\n {2}- 43 /);
  expect(cancelledEachText([deployment(), asked]).split("\n")).toHaveLength(4);
});

test.each([
  [10, "10s"],
  [3_600, "1h"],
])("a grace of %s seconds says how long its keeper has to end the command", (stop_grace, left) => {
  const since = new Date(Date.now() + 5_000);
  expect(cancelledText(deployment({ ...stopping, stop_timestamp: since, stop_grace }))).toBe(
    `deployment 42 (api@v1.2.3) is asked to stop; it holds its cell until its command has ended; its keeper has ${left} more to end it`,
  );
});

test.each<[string, Partial<Deployment>, RegExp]>([
  [
    "whose keeper is not heard",
    { stop_timestamp: new Date(), heartbeat_timestamp: minutes(-10), alive_until: minutes(5) },
    /; no heartbeat has come for 10m, and it is reaped in (?:5m|4m 59s) unless one does; "deploy-queue cancel deployment 42 --force" frees the cell at once$/,
  ],
  [
    "whose keeper had its time",
    { stop_timestamp: minutes(-1), heartbeat_timestamp: new Date(), alive_until: minutes(15) },
    /; the time that its keeper had for that is over; "deploy-queue cancel deployment 42 --force" frees the cell at once$/,
  ],
])("of one %s no end is promised", (_, more, expected) => {
  expect(cancelledText(deployment({ ...stopping, stop_grace: 30, ...more }))).toMatch(expected);
});

function minutes(from: number): Date {
  return new Date(Date.now() + from * 60_000);
}

test("text from the database is one line", () => {
  expect(cancelledEachText([deployment({ component: "a\nb" })]).split("\n")).toHaveLength(2);
});
