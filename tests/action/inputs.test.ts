import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actionFile, annotations, root, runStep } from "../support/action.js";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const database = { "database-url": cli.url };
const start = {
  ...{ ...database, mode: "start", environment: "dev", "cloud-provider": "aws", region: "r" },
  ...{ "cell-index": "0", component: "api" },
};

describe("wrong inputs fail in one annotation, before anything is written:", () => {
  test.each([
    ["no mode", { ...database }, "mode is missing"],
    [
      "no database",
      { mode: "info", "deployment-id": "1" },
      "database-url is missing, and so is the variable DEPLOY_QUEUE_DATABASE_URL",
    ],
    [
      "an unknown mode",
      { ...start, mode: "begin" },
      'mode must be one of job, run, start, reserve, assert, finish, fail, cancel, info, check, list-outliers, list-cells, bypass, not "begin"',
    ],
    [
      "a reservation that never ends, as by the default mode of the predecessor",
      { ...start, mode: "reserve" },
      "reserve-for is missing",
    ],
    [
      "nothing but a mode",
      { mode: "start" },
      "environment, cloud-provider, region, cell-index, component are missing; database-url is missing",
    ],
    [
      "everything wrong at once",
      { ...start, region: "", "cell-index": "x", "wait-timeout": "soon", "max-duration": "-" },
      'region is missing; cell-index must be a whole number from 0 to 2147483647, not "x"; max-duration must be a duration such as 90s, 30m or 1h, not "-"; wait-timeout must be',
    ],
    [
      "a database that is none",
      { ...start, "database-url": "mysql://user:hidden-secret@host/db" },
      "database-url is not a valid connection URL",
    ],
    ["the embedded database", { ...start, "database-url": "embedded" }, "database-url is not a valid connection URL"],
    [
      "an id that is none",
      { ...database, mode: "finish", "deployment-id": "41a" },
      'the deployment id must be a whole number, not "41a"',
    ],
    [
      "a hold and a priority that are none",
      { ...start, hold: "later", priority: "high" },
      'hold must be outside or in-line, not "later"; priority must be a whole number',
    ],
    [
      "a sequence, a reservation and a policy that are none",
      { ...start, sequence: "-1", "reservation-id": "x", "on-superseded": "ignore" },
      'the deployment id must be a whole number, not "x"; sequence must be a whole number from 0',
    ],
    [
      "a time without a zone",
      { ...start, "not-before": "2026-11-01 02:00" },
      "not-before: '2026-11-01 02:00' does not say its time zone",
    ],
    [
      "a time that is none",
      { ...start, "not-before": "tomorrow" },
      'not-before must be a duration such as 90s, 30m or 1h, not "tomorrow". Or a time, such as',
    ],
    ["finish without an id", { ...database, mode: "finish" }, "deployment-id is missing"],
    ["info without an id", { ...database, mode: "info" }, "deployment-id is missing"],
    ["list-cells without an environment", { ...database, mode: "list-cells" }, "environment is missing"],
    [
      "an environment that does not exist",
      { ...start, environment: "nowhere" },
      "environment nowhere does not exist. There are: dev, prod",
    ],
    [
      "a text that is too long",
      { ...start, component: "x".repeat(201) },
      "component must be 1 to 200 printable characters",
    ],
    [
      "cancel of nothing",
      { ...database, mode: "cancel" },
      "mode cancel needs deployment-id, or component and version, or environment, cloud-provider and region",
    ],
    ["cancel of half a version", { ...database, mode: "cancel", component: "api" }, "version is missing"],
    [
      "cancel of half a place",
      { ...database, mode: "cancel", environment: "dev" },
      "cloud-provider, region are missing",
    ],
    [
      "cancel of a version in a place, as it is left when an id is empty",
      { ...start, mode: "cancel", version: "v1", "deployment-id": "" },
      "not both",
    ],
  ])("%s", async (_, inputs, message) => {
    const before = await cli.counts();

    const step = await runStep(inputs);

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringContaining(message)]);
    expect(step.log.replaceAll(/^::add-mask::.*$/gm, "")).not.toContain("hidden-secret");
    expect(step.log).not.toMatch(/\n\s+at /);
    expect(await cli.counts()).toEqual(before);
  });
});

test("inputs that the mode does not need may hold anything", async () => {
  const step = await runStep({ ...database, mode: "list-outliers", "cell-index": "x", "wait-timeout": "soon" });

  expect(step.code).toBe(0);
});

test("a job whose main step had wrong inputs has nothing to end", async () => {
  const main = await runStep({ ...start, mode: "job", region: "" });

  const post = await runStep({ ...start, mode: "job", region: "" }, { state: main.state, jobStatus: "failure" });

  expect(post).toMatchObject({ code: 0, log: "" });
});

describe("action.yml", () => {
  const source = readdirSync(join(root, "src/action"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(root, "src/action", file), "utf8"))
    .join("\n");
  const named = (pattern: RegExp): Set<string> => new Set([...source.matchAll(pattern)].map(([, name]) => name ?? ""));

  test("has the inputs that are read, and no others", () => {
    const read = named(/(?:optional|required|requiredParsed|parsed|duration)\("([a-z-]+)"/g);

    expect(new Set(Object.keys(actionFile.inputs))).toEqual(read);
  });

  test("has the outputs that are set, and no others", () => {
    expect(new Set(Object.keys(actionFile.outputs))).toEqual(named(/setOutput\("([a-z-]+)"/g));
  });

  test("runs on node24, at the beginning and at the end of the job", () => {
    expect(actionFile.runs).toEqual({ using: "node24", main: "dist/action.cjs", post: "src/action/postStep.cjs" });
  });

  test("describes every input and output", () => {
    for (const { description } of [...Object.values(actionFile.inputs), ...Object.values(actionFile.outputs)]) {
      expect(description).toMatch(/^\S/);
    }
  });
});
