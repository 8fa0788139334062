import { expect, test } from "vitest";
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
  [10, ", at most 10s more"],
  [3_600, ", at most 1h more"],
])("a grace of %s seconds says how long the cell is held at most", (stop_grace, atMost) => {
  const since = new Date(Date.now() + 5_000);
  expect(cancelledText(deployment({ ...stopping, stop_timestamp: since, stop_grace }))).toBe(
    `deployment 42 (api@v1.2.3) is asked to stop; it holds its cell until its command has ended${atMost}`,
  );
});

test("text from the database is one line", () => {
  expect(cancelledEachText([deployment({ component: "a\nb" })]).split("\n")).toHaveLength(2);
});
