import { describe, expect, test } from "vitest";
import { annotations, runStep, stepInputs } from "../support/action.js";
import { newVersion } from "../support/checks.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

describe("mode start", () => {
  test("starts in a free cell, and tells the page of the run, the summary and its outputs", async () => {
    const place = newPlace();

    const step = await runStep(inputs("start", place, { note: "a <b>note</b>" }));

    expect(step.code).toBe(0);
    const id = Number(step.outputs["deployment-id"]);
    expect(await cli.row(id)).toMatchObject({ status: "running", version: "v1", note: "a <b>note</b>" });
    expect((await cli.row(id)).heartbeat_timestamp).toBeNull();
    expect(annotations(step, "notice")).toEqual([
      expect.stringMatching(
        `^deployment ${id} \\(api@v1\\) started in dev-aws-${place.region}-cell-0 after waiting for`,
      ),
    ]);
    expect(step.summary).toContain(`<a href="https://github.com/org/repo/actions/runs/1001/job/5001">${id}</a>`);
    expect(step.summary).toContain("a &lt;b&gt;note&lt;/b&gt;");
  });

  test("stores what its inputs say", async () => {
    const place = newPlace();
    const more = {
      ...{ "cloud-provider": "azure", "cell-index": "7", url: "https://example.com/1", note: "why" },
      ...{ "concurrency-key": "key", "max-duration": "2h" },
    };

    const step = await runStep(inputs("start", place, more));

    expect(await cli.row(Number(step.outputs["deployment-id"]))).toMatchObject({
      ...{ cloud_provider: "azure", cell_index: 7, url: "https://example.com/1", note: "why" },
      ...{ concurrency_key: "key", max_duration: 7_200 },
    });
  });

  test("stores a note of several lines as one", async () => {
    const step = await runStep(inputs("start", newPlace(), { note: "Merge #12\n\nfaster\r\nlines\n" }));

    expect(await cli.row(Number(step.outputs["deployment-id"]))).toMatchObject({ note: "Merge #12 faster lines" });
  });

  test("links the run where GitHub does not tell the number of the job", async () => {
    const step = await runStep(inputs("start", newPlace()), { checkRunId: "" });

    expect(await cli.row(Number(step.outputs["deployment-id"]))).toMatchObject({
      url: "https://github.com/org/repo/actions/runs/1001",
    });
  });

  test("names the run and the job in its events", async () => {
    const step = await runStep(inputs("start", newPlace()));

    const [event] = await cli.sql`
      select application_name from deploy_queue.deployment_events
      where deployment_id = ${step.outputs["deployment-id"] ?? ""}`;
    expect(event?.["application_name"]).toBe("deploy-queue action 1001/5001 org/repo");
  });

  test("does nothing at the end of the job", async () => {
    const given = inputs("start", newPlace());
    const main = await runStep(given);

    const post = await runStep(given, { state: main.state, jobStatus: "failure" });

    expect(post).toMatchObject({ code: 0, log: "" });
    expect((await cli.row(Number(main.outputs["deployment-id"]))).status).toBe("running");
  });

  test("never shows the database's password", async () => {
    const url = new URL(cli.url);
    url.username ||= "postgres";
    url.password ||= "p%40ss";

    const step = await runStep(inputs("start", newPlace(), { "database-url": url.href }));

    const masks = step.log.split("\n").filter((line) => line.startsWith("::add-mask::"));
    expect(masks).toContain(`::add-mask::${decodeURIComponent(url.password)}`);
    expect(step.log.replaceAll(/^::add-mask::.*$/gm, "")).not.toContain(url.password);
  });
});

describe("mode finish", () => {
  test("finishes a running deployment, and again without complaint", async () => {
    const id = await cli.running(newPlace());
    const given = { mode: "finish", "database-url": cli.url, "deployment-id": String(id) };

    const first = await runStep(given);
    const second = await runStep(given);

    expect(first.code).toBe(0);
    expect((await cli.row(id)).status).toBe("finished");
    expect(second.code).toBe(0);
    expect(second.log).toContain("has already finished");
  });

  test("fails with the reason when the deployment was cancelled, and tells by whom", async () => {
    const id = await cli.running(newPlace());
    await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "release pulled back"]);

    const step = await runStep({ mode: "finish", "database-url": cli.url, "deployment-id": String(id) });

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringMatching(/was cancelled.*release pulled back.*; by /)]);
    expect(step.outputs["deployment-cancelled-by"]).toMatch(/\(deploy-queue cancel deployment\)$/);
  });

  test("finishes a deployment that was asked to stop, and fails, since the job must not look as if nothing was wrong", async () => {
    const id = await cli.running(newPlace(), { heartbeat: true });
    await cli.run(["cancel", "deployment", String(id)]);

    const step = await runStep({ mode: "finish", "database-url": cli.url, "deployment-id": String(id) });

    expect(step.code).toBe(1);
    expect((await cli.row(id)).status).toBe("finished");
    expect(annotations(step, "error")).toEqual([
      expect.stringMatching(/finished, since the request of .* came too late/),
    ]);
  });

  test("takes its database from the variable too", async () => {
    const id = await cli.running(newPlace());

    const step = await runStep(
      { mode: "finish", "deployment-id": String(id) },
      { env: { DEPLOY_QUEUE_DATABASE_URL: cli.url } },
    );

    expect(step.code).toBe(0);
    expect((await cli.row(id)).status).toBe("finished");
  });
});

describe("mode cancel", () => {
  const cancel = { mode: "cancel", "database-url": cli.url, "cancellation-note": "why" };

  test("cancels one deployment, whatever else is given", async () => {
    const place = newPlace();
    const id = await cli.running(place);
    const other = await cli.running(newPlace());

    const step = await runStep({ ...inputs("cancel", place), ...cancel, "deployment-id": String(id) });

    expect(step.code).toBe(0);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "why" });
    expect((await cli.row(other)).status).toBe("running");
  });

  test("asks a deployment with heartbeats to stop, and ends that of an earlier step of the same job at once", async () => {
    const others = await cli.running(newPlace(), { heartbeat: true });
    const start = await runStep(inputs("start", newPlace()));
    const own = Number(start.outputs["deployment-id"]);
    await cli.queue.heartbeat(own);

    const asked = await runStep({ ...cancel, "deployment-id": String(others) });
    const ended = await runStep({ ...cancel, "deployment-id": String(own) });

    expect([asked.code, ended.code]).toEqual([0, 0]);
    expect((await cli.row(others)).status).toBe("stopping");
    expect(annotations(asked, "warning")).toEqual([expect.stringContaining("is asked to stop")]);
    expect((await cli.row(own)).status).toBe("cancelled");
  });

  test("stores a note of several lines as one", async () => {
    const id = await cli.running(newPlace());

    await runStep({ ...cancel, "deployment-id": String(id), "cancellation-note": "failed:\nstep 2" });

    expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "failed: step 2" });
  });

  test("cancels a version everywhere, and nothing else", async () => {
    const given = [newPlace(), newPlace()].map((place) => inputs("start", place, { version: "v-bad" }));
    const ids = await Promise.all(given.map(async (one) => Number((await runStep(one)).outputs["deployment-id"])));
    const other = await runStep(inputs("start", newPlace(), { version: "v-good" }));

    const step = await runStep({ ...cancel, component: "api", version: "v-bad" });

    expect(step.code).toBe(0);
    expect(step.log).toContain("Cancelled 2 deployments:");
    for (const id of ids) {
      expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "why" });
    }
    expect((await cli.row(Number(other.outputs["deployment-id"]))).status).toBe("running");
  });

  test("cancels a region, or one cell of it, which must be known", async () => {
    const place = newPlace();
    const location = { environment: place.environment, "cloud-provider": "aws", region: place.region };
    const id = await cli.running(place);

    const elsewhere = await runStep({ ...cancel, ...location, "cell-index": "1" });
    expect((await cli.row(id)).status).toBe("running");
    const everywhere = await runStep({ ...cancel, ...location });

    expect(annotations(elsewhere, "error")).toEqual([expect.stringContaining("has no cell")]);
    expect(everywhere).toMatchObject({ code: 0, log: expect.stringContaining("Cancelled 1 deployment:") });
    expect((await cli.row(id)).status).toBe("cancelled");
  });
});

describe("mode info", () => {
  const info = { mode: "info", "database-url": cli.url };

  test("prints a deployment", async () => {
    const id = await cli.running(newPlace());

    const step = await runStep({ ...info, "deployment-id": String(id) });

    expect(step.log).toContain(`${id} running holder`);
    expect(step.outputs).toEqual({});
  });

  test("tells who cancelled it", async () => {
    const id = await cli.running(newPlace());
    await cli.run(["cancel", "deployment", String(id)]);

    const step = await runStep({ ...info, "deployment-id": String(id) });

    expect(step.outputs["deployment-cancelled-by"]).toContain("deploy-queue cancel deployment");
  });

  test("fails for a deployment that does not exist", async () => {
    const step = await runStep({ ...info, "deployment-id": "999999" });

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([expect.stringContaining("deployment 999999 does not exist")]);
  });
});

test("mode list-cells gives the cells of an environment for a matrix", async () => {
  const environment = await cli.environment();
  await cli.running({ ...newPlace(), environment, region: "us-west-2" });

  const step = await runStep({ mode: "list-cells", "database-url": cli.url, environment });

  expect(JSON.parse(step.outputs["cells"] ?? "")).toEqual([
    { environment, cloud_provider: "aws", region: "us-west-2", index: 0 },
  ]);
  expect(step.log).toContain(`  - ${environment}-aws-us-west-2-cell-0`);
});

describe("mode check", () => {
  const check = (more: Readonly<Record<string, string>>) =>
    runStep({
      mode: "check",
      "database-url": cli.url,
      component: "api",
      check: "e2e",
      "job-status": "success",
      ...more,
    });

  test.for([
    [{}, "passed"],
    [{ "job-status": "failure" }, "failed"],
    [{ passed: "false" }, "failed"],
    [{ "job-status": "failure", passed: "true", expires: "24h" }, "passed"],
  ] as const)("of a job with %j reports that it %s, with the page of the job", async ([more, state]) => {
    const version = newVersion();
    const step = await check({ version, ...more });
    expect(step.code).toBe(0);
    expect(step.log).toContain(`check e2e ${state} for api@${version}`);
    expect(await cli.queue.checks.latest({ version })).toMatchObject([
      { name: "e2e", state, url: "https://github.com/org/repo/actions/runs/1001/job/5001" },
    ]);
  });

  test("of a cancelled job reports nothing", async () => {
    const version = newVersion();
    expect((await check({ version, "job-status": "cancelled" })).code).toBe(0);
    expect(await cli.queue.checks.latest({ version })).toEqual([]);
  });

  test("names all that is missing", async () => {
    const step = await check({ "job-status": "", check: "" });
    expect(step.code).toBe(1);
    expect(annotations(step, "error").join()).toMatch(/version, check are missing.*passed is missing/s);
  });
});

test("mode list-outliers gives those that take longer than usual", async () => {
  const place = newPlace();
  const [done] = await cli.sql<{ cell_id: number }[]>`
    select cell_id from deploy_queue.deployments where id = ${await cli.running(place)}`;
  await cli.sql`
    insert into deploy_queue.deployment_durations
      (cell_id, component, seconds, deployment_count, avg_duration, stddev_duration, first_finish_timestamp,
      last_finish_timestamp)
    values (${done?.cell_id ?? 0}, 'holder', '{0, 0}', 2, '0', '0', now(), now())`;

  const step = await runStep({ mode: "list-outliers", "database-url": cli.url });

  expect(JSON.parse(step.outputs["active-outliers"] ?? "")).toEqual([
    expect.objectContaining({ env: "dev", region: place.region, component: "holder" }),
  ]);
});

describe("mode bypass", () => {
  test("records a deployment around the queue and touches no line", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const before = await cli.row(holder);

    const step = await runStep(inputs("bypass", place, { note: "database\non fire" }));

    expect(step.code).toBe(0);
    const [event] = await cli.sql`
      select reason, component, version, cell_index, url, deployment_id, application_name
      from deploy_queue.deployment_events where kind = 'bypassed' and region = ${place.region}`;
    expect(event).toMatchObject({
      ...{ reason: "database on fire", component: "api", version: "v1", cell_index: 0, deployment_id: null },
      url: "https://github.com/org/repo/actions/runs/1001/job/5001",
      application_name: "deploy-queue action 1001/5001 org/repo",
    });
    expect(annotations(step, "warning")).toEqual([expect.stringContaining("around the queue")]);
    expect(step.summary).toContain("database on fire");
    expect(await cli.row(holder)).toEqual(before);
  });

  test("demands a note", async () => {
    const step = await runStep(inputs("bypass", newPlace()));

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual(["note is missing"]);
  });
});
