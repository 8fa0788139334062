import { expect, test } from "vitest";
import type { DeploymentRequest } from "../../src/queue/deployment.js";
import { InvalidValueError } from "../../src/queue/errors.js";
import { useDatabase } from "../support/database.js";

const { queue, sql } = useDatabase();
const request: DeploymentRequest = {
  ...{ environment: "dev", cloudProvider: "aws", region: "numbers", cellIndex: 1, component: "api" },
};
const there = { environment: "dev", cloudProvider: "aws", region: "numbers", cellIndex: 1 };

test.for<[what: string, call: () => Promise<unknown>, message: string]>([
  ["an id", () => queue.deployment(Number.NaN), 'the deployment id must be a whole number, not "NaN"'],
  ["the id of a finish", () => queue.finish(1.5), 'the deployment id must be a whole number, not "1.5"'],
  ["the id of a try", () => queue.tryStart(Number.NaN), 'the deployment id must be a whole number, not "NaN"'],
  ["an id of several", () => queue.line.forecasts([1.5]), 'deploymentIds must be a whole number, not "1.5"'],
  ["an index", () => queue.enqueue({ ...request, cellIndex: 0.5 }), 'cellIndex must be a whole number, not "0.5"'],
  ["a large index", () => queue.enqueue({ ...request, cellIndex: 3e9 }), 'cellIndex is out of range: "3000000000"'],
  ["a sequence", () => queue.enqueue({ ...request, sequence: 1.5 }), 'sequence must be a whole number, not "1.5"'],
  [
    "a priority",
    () => queue.line.preflight({ ...request, priority: 0.1 }),
    'priority must be a whole number, not "0.1"',
  ],
  ["what is undone", () => queue.enqueue({ ...request, rollbackOf: Number.NaN }), "rollbackOf must be a whole number"],
  ["a parent", () => queue.enqueue({ ...request, parentId: "one" }), 'parentId must be a whole number, not "one"'],
  ["slots", () => queue.environments.set("dev", { slots: 1.5 }), 'slots must be a whole number, not "1.5"'],
  ["slots of a cell", () => queue.environments.setCell(there, 2.5), 'slots must be a whole number, not "2.5"'],
  ["a freeze", () => queue.policies.thaw(Number.NaN), 'freezeId must be a whole number, not "NaN"'],
  ["a day", () => queue.policies.addWindow("dev", [1.5], "01:00", "02:00", "UTC"), "days must be a whole number"],
  [
    "a limit",
    () => queue.boards.deployments({ since: new Date(), limit: Number.NaN }),
    'limit must be a whole number, not "NaN"',
  ],
  [
    "a duration",
    () => queue.enqueue({ ...request, maxDuration: Number.NaN }),
    "maxDuration is no duration that the database can hold",
  ],
  ["an endless reservation", () => queue.reserve(request, Number.POSITIVE_INFINITY), "reserveFor is no duration"],
  // PostgreSQL 15 makes a number of it that is too small.
  ["a buffer", () => queue.environments.set("dev", { slots: 2, bufferTime: 1e300 }), "uffer"],
  ["a moment", () => queue.enqueue({ ...request, notBefore: new Date(Number.NaN) }), "notBefore is no valid date"],
])("%s that is no such thing is refused by its name, and nothing is written", async ([, call, message]) => {
  const error = await call().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InvalidValueError);
  expect(error).toMatchObject({ message: expect.stringContaining(message) });
  expect(await sql`select from deploy_queue.deployments`).toHaveLength(0);
});
