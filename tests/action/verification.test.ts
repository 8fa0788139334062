import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { annotations, runnerTemp, runStep, startStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { works } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);
let files = 0;

const newFile = (): string => join(runnerTemp(), `verification-${process.pid}-${files++}`);

async function startJob(more: Readonly<Record<string, string>>, environment = "dev") {
  const given = inputs("job", newPlace(environment), more);
  const { outputs, state } = await runStep(given);
  return { given, state, id: Number(outputs["deployment-id"]) };
}

describe("the end of a job", () => {
  test("checks what the job has deployed, and finishes its deployment as verified", async () => {
    const file = newFile();
    const check = `echo "$DEPLOY_QUEUE_DEPLOYMENT_ID" >> ${file}; ! env | grep -aE "^(INPUT|STATE)_|^PGPASSWORD|postgres://"`;
    const { given, state, id } = await startJob({ verify: check, "verify-every": "5s", "verify-hold": "1s" });
    const env = { PGPASSWORD: new URL(cli.url).password };
    const { code, log } = await runStep(given, { state, jobStatus: "success", env });
    expect({ code, log }).toMatchObject({ code: 0, log: expect.stringContaining("is being verified") });
    expect(readFileSync(file, "utf8")).toBe(`${id}\n${id}\n`);
    expect(await cli.row(id)).toMatchObject({ status: "finished", verified_at: expect.any(Date) });
    expect(await cli.events(id)).toEqual(["enqueued", "started", "verifying", "finished"]);
  });

  test("fails when the check fails, after on-failure has run in the held cell", async () => {
    const { given, state, id } = await startJob({
      ...{ verify: "echo 503; exit 22", "verify-for": "0", "on-failure": "echo back from $DEPLOY_QUEUE_DEPLOYMENT_ID" },
    });
    const post = await runStep(given, { state, jobStatus: "success" });
    const note = "the check did not succeed within 0s: it exited with code 22: 503; on-failure exited with code 0";
    expect(post.code).toBe(1);
    expect(post.log).toContain(`back from ${id}`);
    expect(annotations(post, "error")).toEqual([expect.stringContaining(`has failed: ${note}`)]);
    expect(await cli.row(id)).toMatchObject({ status: "failed", cancellation_note: note });
  });

  test("rolls back and checks nothing when the job has failed, and neither when it was cancelled", async () => {
    for (const [jobStatus, isRolledBack] of [
      ["failure", true],
      ["cancelled", false],
    ] as const) {
      const { given, state, id } = await startJob({ verify: "echo checked", "on-failure": "echo rolled back" });
      const { code, log } = await runStep(given, { state, jobStatus });
      expect(code).toBe(0);
      expect(log).not.toContain("checked");
      expect(log.includes("rolled back")).toBe(isRolledBack);
      expect((await cli.row(id)).status).toBe(isRolledBack ? "failed" : "cancelled");
    }
  });

  test.for(["cancelled by a person", "ended by the runner"])("ends a check that hangs when it is %s", async (how) => {
    const file = newFile();
    const check = `echo $$ > ${file}; while :; do sleep 0.05; done`;
    const { given, state, id } = await startJob({
      verify: check,
      "verify-every": "10m",
      "on-failure": "echo rolled back",
    });
    const post = startStep(given, { state, jobStatus: "success" });
    await until("the check runs", () => existsSync(file));
    if (how === "ended by the runner") post.process.kill("SIGINT");
    else await cli.queue.cancel(id, "not this one");
    const { code, log } = await post.end;
    expect(code).toBe(1);
    expect(log).not.toContain("rolled back");
    expect(works(Number(readFileSync(file, "utf8")))).toBe(false);
    expect((await cli.row(id)).status).toBe("cancelled");
  });

  test("is refused before the job begins where verification is required and there is none", async () => {
    await cli.queue.environments.set("strict", { requireVerification: true });
    const place = newPlace("strict");
    const step = await runStep(inputs("job", place));
    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([
      expect.stringMatching(/nothing would verify it\. Give this step the input verify/),
    ]);
    expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toHaveLength(0);
  });

  test("fails where verification is required since it began, and there was none", async () => {
    const environment = await cli.environment();
    const { given, state, id } = await startJob({}, environment);
    await cli.queue.environments.set(environment, { requireVerification: true });
    const post = await runStep(given, { state, jobStatus: "success" });
    expect(post.code).toBe(1);
    expect(annotations(post, "error")).toEqual([
      expect.stringContaining("has failed: it was not verified, which its environment requires"),
    ]);
    expect((await cli.row(id)).status).toBe("failed");
  });
});

test("mode finish says with verified that it was verified", async () => {
  await cli.queue.environments.set("strict", { requireVerification: true });
  const id = await cli.running(newPlace("strict"));
  const given = { mode: "finish", "database-url": cli.url, "deployment-id": String(id) };
  const refused = await runStep(given);
  expect(refused.code).toBe(1);
  expect(annotations(refused, "error")).toEqual([expect.stringContaining("cannot finish before it is verified")]);
  expect((await runStep({ ...given, verified: "true" })).code).toBe(0);
  expect((await cli.row(id)).verified_at).not.toBeNull();
});

test("what is wrong with the inputs is said before the job begins", async () => {
  const step = await runStep(inputs("job", newPlace(), { verify: "true", "verify-for": "soon", "verify-every": "0" }));
  expect(step.code).toBe(1);
  expect(step.log).toContain("verify-for must be a duration");
  expect(step.log).toContain("verify-every must be 100ms or more");
});
