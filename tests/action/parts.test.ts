import { describe, expect, test } from "vitest";
import { annotations, runStep, type StepEnd, type Surroundings, stepInputs } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

/** The steps of one job: each has the environment that the earlier ones have left, and ends in post in the reverse order. */
function newJob() {
  const env: Record<string, string> = {};
  const ends: (() => Promise<StepEnd>)[] = [];
  return {
    env,
    async step(
      mode: string,
      place: Place,
      more: Readonly<Record<string, string>> = {},
      surroundings: Surroundings = {},
    ) {
      const given = inputs(mode, place, more);
      const name = `__self_${ends.length}`;
      const main = await runStep(given, { ...surroundings, env: { ...env, GITHUB_ACTION: name } });
      Object.assign(env, main.env);
      ends.unshift(() => runStep(given, { state: main.state, jobStatus: main.code === 0 ? "success" : "failure" }));
      return main;
    },
    async end(): Promise<(number | null)[]> {
      const codes: (number | null)[] = [];
      for (const end of ends) {
        codes.push((await end()).code);
      }
      return codes;
    },
  };
}

function idOf({ outputs }: StepEnd): number {
  return Number(outputs["deployment-id"]);
}

describe("a second step of a job in the same cell", () => {
  test.each(["job", "start"])("is refused at once in mode %s, since it would wait for itself", async (mode) => {
    const place = newPlace();
    const job = newJob();
    const first = await job.step("job", place);

    const second = await job.step(mode, place, { component: "web" });

    expect(second.code).toBe(1);
    expect(annotations(second, "error")).toEqual([
      expect.stringMatching(`would wait for itself.*deployment ${idOf(first)} .*Give this step \`join: true\``),
    ]);
    expect(await job.end()).toEqual([0, 0]);
  });

  test("runs in the hold of the first one with join, and ends before it", async () => {
    const place = newPlace();
    const job = newJob();
    const first = await job.step("job", place);

    const second = await job.step("job", place, { component: "web", join: "true" });

    expect(second.code).toBe(0);
    expect(await cli.row(idOf(second))).toMatchObject({ parent_id: idOf(first), joined_id: idOf(first) });
    expect(await job.end()).toEqual([0, 0]);
    expect((await cli.row(idOf(second))).status).toBe("finished");
    expect((await cli.row(idOf(first))).status).toBe("finished");
  });

  test("does not join what another job has entered, whatever a step has put into the environment", async () => {
    const place = newPlace();
    const other = await runStep(inputs("job", place), { checkRunId: "another" });
    const job = newJob();
    job.env["DEPLOY_QUEUE_DEPLOYMENT_ID"] = String(idOf(other));

    const step = await job.step("job", place, { component: "web", join: "true" });

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringContaining("was not entered by this job")]);
    await runStep(inputs("job", place), { state: other.state });
  });

  test("enters the line itself once the first one has ended", async () => {
    const place = newPlace();
    const job = newJob();
    const first = await job.step("start", place);
    await cli.queue.finish(idOf(first));

    const second = await job.step("start", place, { component: "web", join: "true" });

    expect(second.code).toBe(0);
    expect(await cli.row(idOf(second))).toMatchObject({ parent_id: null, joined_id: null });
  });
});

test("a step for another cell is a part of the first one", async () => {
  const job = newJob();
  const first = await job.step("start", newPlace());

  const second = await job.step("start", newPlace());

  expect(await cli.row(idOf(second))).toMatchObject({ parent_id: idOf(first), status: "running" });
});

test("a step inside `deploy-queue run` is a part of its deployment", async () => {
  const place = newPlace();
  const surrounding = await cli.running(place);

  const step = await runStep(inputs("start", place), { env: { DEPLOY_QUEUE_DEPLOYMENT_ID: String(surrounding) } });

  expect(step.code).toBe(1);
  expect(annotations(step, "error")).toEqual([expect.stringContaining("would wait for itself")]);
});
