import { describe, expect, test } from "vitest";
import { annotations, runStep, type Step, startStep, stepInputs } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

async function waiting(place: Place, mode = "start", more = {}): Promise<{ step: Step; id: number; holder: number }> {
  const holder = await cli.running(place);
  const step = startStep(inputs(mode, place, more));
  await step.printed(new RegExp(`deployment ${holder} \\(holder\\)`));
  const [row] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region} and id > ${holder}`;
  return { step, id: row?.id ?? 0, holder };
}

describe("a step that waits", () => {
  test("shows its blockers in a group, and starts when its turn comes", async () => {
    const place = newPlace();
    await cli.queue.finish(await cli.running(place));
    await cli.sql`
      update deploy_queue.deployment_durations set avg_duration = '1 hour'
      where cell_id = (select id from deploy_queue.cells where region = ${place.region})`;
    const { step, id, holder } = await waiting(place);

    await cli.queue.finish(holder);

    const { code, log, outputs, summary } = await step.end;
    expect(code).toBe(0);
    const [before = "", after = ""] = log.split(`::group::deployment ${id} (api@v1) waits for its turn`);
    expect(before).toContain(`deployment ${id} (api@v1) entered the line of dev-aws-${place.region}-cell-0`);
    expect(after).toMatch(
      /^\n.*waits, position 1, likely starts in .*: deployment \d+ \(holder\) by \S+ has been running .*\n::endgroup::\n/,
    );
    expect(outputs["deployment-id"]).toBe(String(id));
    expect(summary).toContain(`deployment ${holder} (holder)`);
    expect((await cli.row(id)).status).toBe("running");
  });

  test.each([
    ["true", "outside"],
    ["in-line", "in"],
  ])("with hold: %s says how to release it, and goes on at the release", async (hold, where) => {
    const place = newPlace();
    const step = startStep(inputs("start", place, { hold, priority: "-1" }));
    const [, id = ""] = await step.printed(new RegExp(`is on hold ${where} .*deploy-queue release (\\d+)`));
    expect(await cli.row(Number(id))).toMatchObject({ status: "held", priority: -1 });

    expect((await cli.run(["release", id, "--yes"])).code).toBe(0);

    const { code, outputs } = await step.end;
    expect(code).toBe(0);
    expect(outputs["deployment-id"]).toBe(id);
    expect((await cli.row(Number(id))).status).toBe("running");
  });

  test("with not-before starts at that moment", async () => {
    const step = startStep(inputs("start", newPlace(), { "not-before": "2s", hold: "false" }));
    await step.printed(/it is not to start yet, until /);
    expect((await step.end).code).toBe(0);
  });

  test.each(["start", "job"])("in mode %s gives its place up at once when GitHub cancels the run", async (mode) => {
    const { step, id, holder } = await waiting(newPlace(), mode);

    step.process.kill("SIGINT");

    const { code, log, outputs } = await step.end;
    expect(code).toBe(1);
    expect(log).toContain("SIGINT: giving the place in the line up");
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", start_timestamp: null });
    expect(outputs["deployment-cancelled-by"]).toBeUndefined();
    expect((await cli.row(holder)).status).toBe("running");
  });

  test("leaves at the SIGTERM that follows, though its cancellation hangs", async () => {
    const { step, id } = await waiting(newPlace());
    const other = cli.connect();
    await other`begin`;
    await other`select from deploy_queue.deployments where id = ${id} for update`;
    step.process.kill("SIGINT");
    await step.printed(/SIGINT: giving the place/);

    // GitHub sends it after seconds. One that follows at once counts as the same signal.
    await until("it heeds the signal", () => !step.process.kill("SIGTERM"));

    expect((await step.end).code).toBe(143);
    await other`rollback`;
  });

  test("fails with the reason when an operator cancels its deployment, and tells who", async () => {
    const { step, id } = await waiting(newPlace());

    await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "release pulled back"]);

    const end = await step.end;
    expect(end.code).toBe(1);
    expect(annotations(end, "error")).toEqual([expect.stringContaining("release pulled back")]);
    expect(end.outputs["deployment-cancelled-by"]).toMatch(/\(deploy-queue cancel deployment\)$/);
  });

  test("logs what others wrote, and no command in it", async () => {
    const place = newPlace();
    const { id: holder } = await cli.queue.enqueue({
      ...{ environment: place.environment, cloudProvider: "aws", region: place.region, cellIndex: 0 },
      ...{
        component: "holder",
        version: "##[save-state name=deployment-id]7",
        note: "::error::",
        url: "https://example.com/##[set-output name=deployment-id]7",
      },
    });
    await cli.queue.tryStart(holder);
    const step = startStep(inputs("start", place));
    await step.printed(new RegExp(`deployment ${holder} \\(`));

    await cli.queue.finish(holder);

    const { log } = await step.end;
    expect(log).toContain("## [save-state");
    expect(log).not.toContain("##[");
    expect(log).not.toMatch(/^\s*::error::/m);
  });

  test("gives up after wait-timeout", async () => {
    const place = newPlace();
    await cli.running(place);

    const step = await runStep(inputs("start", place, { "wait-timeout": "300ms" }));

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringContaining("did not get its turn within 300ms")]);
    expect(await cli.row(Number(step.outputs["deployment-id"]))).toMatchObject({ status: "cancelled" });
  });

  test("warns while it waits for longer than warn-after", async () => {
    const { step, id, holder } = await waiting(newPlace(), "start", { "warn-after": "100ms" });
    await step.printed(/::warning::deployment \d+ \(api@v1\) has waited for longer than 100ms/);

    await cli.queue.finish(holder);

    expect((await step.end).code).toBe(0);
    expect((await cli.row(id)).status).toBe("running");
  });
});

test("of two jobs that want one cell, one waits until the other has ended", async () => {
  const place = newPlace();
  const given = inputs("job", place);
  const [one, other] = [startStep(given, { checkRunId: "1" }), startStep(given, { checkRunId: "2" })];
  const first = await Promise.race([
    one.end.then((end) => ({ end, rest: other })),
    other.end.then((end) => ({ end, rest: one })),
  ]);
  await first.rest.printed(/waits, position 1/);

  const post = await runStep(given, { state: first.end.state });
  const second = await first.rest.end;

  expect([first.end.code, post.code, second.code]).toEqual([0, 0, 0]);
  const [rows] = await cli.sql`
    select bool_and(later.start_timestamp >= earlier.finish_timestamp) as apart
    from deploy_queue.deployments as earlier
    join deploy_queue.deployments as later on later.region = earlier.region and later.id > earlier.id
    where earlier.region = ${place.region}`;
  expect(rows?.["apart"]).toBe(true);
  await runStep(given, { state: second.state });
});

describe("the same step tried again", () => {
  test("takes the place that its first try had left behind", async () => {
    const place = newPlace();
    const { step, id, holder } = await waiting(place);
    step.process.kill("SIGKILL");
    await step.end;
    const again = startStep(inputs("start", place));
    await again.printed(new RegExp(`deployment ${id} .*waits`));

    await cli.queue.finish(holder);

    expect((await again.end).outputs["deployment-id"]).toBe(String(id));
    const rows = await cli.sql`select from deploy_queue.deployments where region = ${place.region}`;
    expect(rows).toHaveLength(2);
  });

  test("finds its deployment started", async () => {
    const place = newPlace();
    const first = await runStep(inputs("start", place));

    const second = await runStep(inputs("start", place));

    expect(second).toMatchObject({ code: 0, outputs: first.outputs });
    expect(second.log).toContain("is there already, from an earlier try");
    expect(second.log).not.toContain("entered the line");
  });

  test("finds its deployment finished, and says so in one error", async () => {
    const place = newPlace();
    const { outputs } = await runStep(inputs("start", place));
    const id = Number(outputs["deployment-id"]);
    await cli.queue.finish(id);

    const second = await runStep(inputs("start", place));

    expect(second.code).toBe(1);
    expect(annotations(second, "error")).toEqual([expect.stringContaining(`deployment ${id} (api@v1) finished at `)]);
    expect(annotations(second, "warning")).toEqual([]);
  });

  test("finds its deployment cancelled, and says so in one error", async () => {
    const place = newPlace();
    const { outputs } = await runStep(inputs("start", place));
    await cli.queue.cancel(outputs["deployment-id"] ?? "", "pulled back");

    const second = await runStep(inputs("start", place));

    expect(second.code).toBe(1);
    expect(annotations(second, "error")).toEqual([expect.stringMatching(/was cancelled at .* by .*: pulled back/)]);
    expect(second.outputs).toEqual({});
  });

  test("is refused in mode job while the background process of its first try keeps the deployment, which goes on", async () => {
    const place = newPlace();
    const first = await runStep(inputs("job", place));
    const id = Number(first.outputs["deployment-id"]);

    const second = await runStep(inputs("job", place));
    const post = await runStep(inputs("job", place), { state: second.state, jobStatus: "failure" });

    expect(second.code).toBe(1);
    expect(annotations(second, "error")).toEqual([
      expect.stringContaining(`deployment ${id} (api@v1) runs already, and another process keeps it`),
    ]);
    expect(post).toMatchObject({ code: 0, log: "" });
    expect((await cli.row(id)).status).toBe("running");
    await runStep(inputs("job", place), { state: first.state });
  });

  test.each([
    ["another job of the matrix", { checkRunId: "5002" }, {}],
    ["another attempt of the job", { env: { GITHUB_RUN_ATTEMPT: "2" } }, {}],
    ["another run", { env: { GITHUB_RUN_ID: "1002" } }, {}],
    ["another step of the job", { env: { GITHUB_ACTION: "__self_2" } }, {}],
    ["a job for another cell", {}, { "cell-index": "1" }],
  ])("is not %s, which enters the line itself", async (_, surroundings, more) => {
    const place = newPlace();
    const together = { "concurrency-key": "together" };
    const first = await runStep(inputs("start", place, together));

    const second = await runStep(inputs("start", place, { ...together, ...more }), surroundings);

    expect(second.code).toBe(0);
    expect(second.outputs["deployment-id"]).not.toBe(first.outputs["deployment-id"]);
  });
});

describe("a database that is away", () => {
  const nowhere = "postgres://user:hidden-secret@127.0.0.1:1/nowhere";

  test.each(["info", "bypass"])("fails mode %s at once, in one annotation", async (mode) => {
    const given = inputs(mode, newPlace(), { "database-url": nowhere, "deployment-id": "1", note: "why" });

    const step = await runStep(given);

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringContaining("user@127.0.0.1:1/nowhere cannot be reached")]);
  });

  test.each(["start", "job", "finish", "cancel"])("fails mode %s after outage-timeout", async (mode) => {
    const step = startStep(
      mode === "start" || mode === "job"
        ? inputs(mode, newPlace(), { "database-url": nowhere, "outage-timeout": "300ms" })
        : { mode, "database-url": nowhere, "deployment-id": "1", "outage-timeout": "300ms" },
    );
    await step.printed(/::warning::.*trying again/);

    const end = await step.end;

    expect(end.code).toBe(1);
    expect(annotations(end, "error")).toEqual([expect.stringContaining("cannot be reached")]);
  });

  test("does not cost a waiting step its place", async () => {
    const { step, id, holder } = await waiting(newPlace());
    await cli.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'deploy-queue action %'`;
    await until("it is there again", async () => {
      const rows = await cli.sql`
        select from pg_stat_activity
        where datname = current_database() and application_name like 'deploy-queue action %'`;
      return rows.length > 0;
    });

    await cli.queue.finish(holder);

    expect((await step.end).code).toBe(0);
    expect((await cli.row(id)).status).toBe("running");
  });
});
