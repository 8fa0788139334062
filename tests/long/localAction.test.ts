import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { actionFile, root } from "../support/action.js";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

/** The entry points themselves, main and post one after the other, as GitHub's own tool runs them. */
async function localAction(inputs: Readonly<Record<string, string>>): Promise<{ stdout: string; summary: string }> {
  const summary = join(directory, "summary");
  writeFileSync(summary, "");
  const variables = {
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...{ GITHUB_STEP_SUMMARY: summary, RUNNER_TEMP: directory },
  };
  const dotenv = join(directory, "env");
  writeFileSync(
    dotenv,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
      .join(""),
  );
  const tool = join(root, "node_modules/@github/local-action/bin/local-action.js");
  const args = [tool, ".", "src/action/main.ts", dotenv, "--post", "src/action/post.ts"];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], CI: "true" },
  });
  return { stdout, summary: readFileSync(summary, "utf8") };
}

const place = newPlace();
const job = {
  ...{ mode: "job", "database-url": cli.url, environment: place.environment, "cloud-provider": "aws" },
  ...{ region: place.region, "cell-index": "0", component: "api", sequence: "1", "sequence-scope": "here" },
};

test.each([
  ["success", "finished"],
  ["failure", "failed"],
])("main and post of a job that ends as %s leave its deployment %s", async (jobStatus, status) => {
  const { stdout, summary } = await localAction({ ...job, "job-status": jobStatus });

  const id = Number(/deployment (\d+) \(api run 1\) started/.exec(stdout)?.[1]);
  expect((await cli.row(id)).status).toBe(status);
  expect(summary).toContain("Deployment started");
  expect(summary).toContain(`Deployment ${status}`);
  for (const name of Object.keys(actionFile.inputs)) {
    expect(stdout).toContain(`'${name}'`);
  }
});

test("wrong inputs are told in one error, and post has nothing to do", async () => {
  const { stdout } = await localAction({ ...job, region: "", "cell-index": "x" });

  expect(stdout).toContain('region is missing; cell-index must be a whole number from 0 to 2147483647, not "x"');
});
