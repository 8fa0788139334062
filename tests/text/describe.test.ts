import { expect, test } from "vitest";
import type { DeploymentStatus } from "../../src/queue/deployment.js";
import { cellName, cellOf, deploymentName, particulars, summary } from "../../src/text/describe.js";
import { exampleDeployment as deployment } from "../support/exampleDeployment.js";

const now = new Date("2030-01-02T03:04:05Z");

test("a cell has the name of its location", () => {
  expect(cellName(cellOf(deployment()))).toBe("prod-aws-us-west-2-cell-1");
});

test("a deployment is named by its id, component and version", () => {
  expect(deploymentName(deployment())).toBe("deployment 42 (api@v1.2.3)");
  expect(deploymentName(deployment({ version: null }))).toBe("deployment 42 (api)");
});

test.each<DeploymentStatus>(["held", "queued", "running", "buffering", "finished", "cancelled"])(
  "a summary says that a deployment is %s in the word of all lists",
  (status) => {
    expect(summary(deployment({ status }))).toBe(`42 ${status} api@v1.2.3`);
  },
);

test("a summary ends with the note and the url", () => {
  expect(summary(deployment({ note: "hotfix", url: "https://example.com/1" }))).toBe(
    "42 queued api@v1.2.3: (hotfix) (https://example.com/1)",
  );
  expect(summary(deployment({ url: "https://example.com/1" }))).toBe("42 queued api@v1.2.3 (https://example.com/1)");
});

test("particulars say where, when, by whom, and what became of it when", () => {
  const started = { start_timestamp: new Date("2030-01-02T03:05:00.999Z"), entered_by: "ann" };
  const finished = { ...started, finish_timestamp: new Date("2030-01-03T00:00:00Z") };
  const cell = "in prod-aws-us-west-2-cell-1";

  expect(particulars(deployment({ status: "finished", ...finished })).join(", ")).toBe(
    `${cell}, entered 2030-01-02T03:04:05Z by ann, started 2030-01-02T03:05:00Z, finished 2030-01-03T00:00:00Z`,
  );
  expect(particulars(deployment({ status: "cancelled", cancellation_timestamp: now })).join(", ")).toBe(
    `${cell}, entered 2030-01-02T03:04:05Z, cancelled 2030-01-02T03:04:05Z`,
  );
});

test("whatever is named is one line that steers no terminal", () => {
  const hostile = deployment({ component: "a\nb\u001b[2J", note: "\u202enote", region: "r\r", entered_by: "c\nd" });

  expect(deploymentName(hostile)).toBe("deployment 42 (a b@v1.2.3)");
  expect(summary(hostile)).toBe("42 queued a b@v1.2.3: ( note)");
  expect(cellName(cellOf(hostile))).toBe("prod-aws-r -cell-1");
  expect(particulars(hostile).join(", ")).toMatch(/^in prod-aws-r -cell-1, entered \S+ by c d$/);
});
