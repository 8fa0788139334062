import { describe, expect, test } from "vitest";
import { annotations, runStep, startStep, stepInputs } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { openSession } from "../support/session.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);
const scope = "org/repo/.github/workflows/deploy.yml";

async function ordered(ordering: "latest" | "sequential", refuseOutdated = false): Promise<Place> {
  const place = newPlace(await cli.environment());
  await cli.queue.environments.set(place.environment, { ordering, refuseOutdated });
  return place;
}

describe("the sequence of a step", () => {
  test("is the number of its run, among those of its workflow file, and none where it is empty", async () => {
    const place = newPlace();
    const first = await runStep(inputs("start", place));
    expect(await cli.row(Number(first.outputs["deployment-id"]))).toMatchObject({ sequence: 1, sequence_scope: scope });
    await cli.queue.finish(Number(first.outputs["deployment-id"]));
    const none = await runStep(inputs("start", place, { sequence: "", component: "web" }));
    expect(await cli.row(Number(none.outputs["deployment-id"]))).toMatchObject({
      sequence: null,
      sequence_scope: null,
    });
  });

  test("lets the run with the lower number go first, whichever came first", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const later = startStep(inputs("start", place, { sequence: "813" }), { checkRunId: "1" });
    await later.printed(new RegExp(`deployment ${holder}`));
    const earlier = startStep(inputs("start", place, { sequence: "812" }), { checkRunId: "2" });
    await earlier.printed(new RegExp(`deployment ${holder}`));
    await cli.queue.finish(holder);
    const { outputs, code } = await earlier.end;
    expect(code).toBe(0);
    await cli.queue.finish(Number(outputs["deployment-id"]));
    expect((await later.end).code).toBe(0);
  });
});

describe("a step that a newer deployment makes needless", () => {
  test.for<[string, string, number]>([
    ["start", "", 1],
    ["job", "", 1],
    ["run", "", 1],
    ["start", "succeed", 0],
    ["job", "succeed", 0],
    ["run", "succeed", 0],
  ])(
    "in mode %s with on-superseded: '%s' ends with %i, and its output names that one",
    async ([mode, policy, code]) => {
      const place = await ordered("latest");
      const holder = await cli.running(place);
      const step = startStep(
        inputs(mode, place, { sequence: "812", "on-superseded": policy, command: "echo deploys" }),
      );
      await step.printed(new RegExp(`deployment ${holder}`));
      const newer = await cli.queue.enqueue({
        ...{ environment: place.environment, cloudProvider: "aws", region: place.region, cellIndex: 0 },
        ...{ component: "api", version: "v9", sequence: 813, sequenceScope: scope },
      });
      const end = await step.end;
      expect(end.code).toBe(code);
      expect(end.outputs["superseded-by"]).toBe(String(newer.id));
      expect(end.outputs["deployment-cancelled-by"]).toBeUndefined();
      const said = `was cancelled: superseded by deployment ${newer.id} (api@v9)`;
      expect(code === 0 ? end.log : annotations(end, "error").at(-1)).toContain(said);
      expect(end.log).not.toMatch(/^deploys$/m);
      // Its deployment has never run, and the post step has nothing to add.
      const post = await runStep({}, { state: end.state, jobStatus: code === 0 ? "success" : "failure" });
      expect(post).toMatchObject({ code: 0, log: "" });
    },
  );

  test.for<[string, number]>([
    ["fail", 1],
    ["succeed", 0],
  ])("is refused when it comes too late; with on-superseded: %s it ends with %i", async ([policy, code]) => {
    const place = await ordered("sequential", true);
    const started = await runStep(inputs("start", place, { sequence: "813" }), { checkRunId: "1" });
    const id = started.outputs["deployment-id"] ?? "";
    await cli.queue.finish(id);
    const late = await runStep(inputs("start", place, { sequence: "812", "on-superseded": policy }));
    expect({ code: late.code, by: late.outputs["superseded-by"] }).toEqual({ code, by: id });
    const back = await runStep(inputs("start", place, { sequence: "812", "rollback-of": id }));
    expect(back.code).toBe(0);
  });
});

describe("mode reserve", () => {
  test.each(["start", "job"])("keeps a place, which a step in mode %s redeems with what is built", async (mode) => {
    const place = newPlace();
    const reserved = await runStep(inputs("reserve", place, { "reserve-for": "1h", version: "", sequence: "812" }));
    const id = reserved.outputs["deployment-id"] ?? "";
    expect(reserved.code).toBe(0);
    expect(reserved.log).toMatch(new RegExp(`deployment ${id} \\(api run 812\\) has its place until 20`));
    expect(await runStep({}, { state: reserved.state, jobStatus: "success" })).toMatchObject({ code: 0 });
    expect((await cli.row(Number(id))).status).toBe("reserved");
    const known = { version: "v9", artifact: "sha256:9", "reservation-id": id };
    const turn = await runStep({ "database-url": cli.url, mode, ...known });
    expect(turn.code).toBe(0);
    expect(turn.outputs["deployment-id"]).toBe(id);
    expect(await cli.row(Number(id))).toMatchObject({ status: "running", version: "v9", artifact: "sha256:9" });
    if (mode === "job") {
      await runStep({}, { state: turn.state, jobStatus: "success" });
      expect((await cli.row(Number(id))).finish_timestamp).not.toBeNull();
    }
  });

  test.each(["failure", "cancelled"] as const)(
    "gives the place up after a job that ends with %s",
    async (jobStatus) => {
      const reserved = await runStep(inputs("reserve", newPlace(), { "reserve-for": "1h" }));
      const id = Number(reserved.outputs["deployment-id"]);
      await runStep({}, { state: reserved.state, jobStatus });
      const word = jobStatus === "failure" ? "the job failed" : "the job was cancelled";
      expect(await cli.row(id)).toMatchObject({
        ...{ status: "cancelled", cancellation_note: expect.stringContaining(word) },
      });
    },
  );

  test("leaves alone what was redeemed, though its job fails after it", async () => {
    const reserved = await runStep(inputs("reserve", newPlace(), { "reserve-for": "1h" }));
    const id = Number(reserved.outputs["deployment-id"]);
    await cli.queue.redeem(id);
    await runStep({}, { state: reserved.state, jobStatus: "failure" });
    expect((await cli.row(id)).status).toBe("queued");
  });

  test("leaves alone what another job redeems while the step ends", async () => {
    const reserved = await runStep(inputs("reserve", newPlace(), { "reserve-for": "1h" }));
    const id = Number(reserved.outputs["deployment-id"]);
    const other = await openSession(cli);
    await other.begin();
    await other.sql`select from deploy_queue.redeem(${id})`;
    const post = startStep({}, { state: reserved.state, jobStatus: "failure" });
    await until("the step waits for the row", async () => {
      const [row] = await cli.sql`select from pg_stat_activity where ${other.pid} = any (pg_blocking_pids(pid))`;
      return row !== undefined;
    });
    await other.commit();
    expect((await post.end).code).toBe(0);
    expect((await cli.row(id)).status).toBe("queued");
  });

  test("says which inputs have no effect where a reservation is redeemed", async () => {
    const place = newPlace();
    const reserved = await runStep(inputs("reserve", place, { "reserve-for": "1h", sequence: "812" }));
    const id = reserved.outputs["deployment-id"] ?? "";
    const given = { "reservation-id": id, note: "urgent", priority: "5" };
    const turn = await runStep(inputs("start", place, { ...given, sequence: "813" }));
    expect(turn.code).toBe(0);
    expect(annotations(turn, "warning").at(-1)).toContain("note, priority, sequence of this step have no effect");
    expect(await cli.row(Number(id))).toMatchObject({ note: null, priority: 0, sequence: 812 });
    const next = await runStep(inputs("reserve", place, { "reserve-for": "1h", sequence: "814", component: "web" }));
    await cli.queue.finish(id);
    const same = { "reservation-id": next.outputs["deployment-id"] ?? "", sequence: "814", component: "web" };
    expect((await runStep(inputs("start", place, same))).log).not.toContain("no effect");
  });

  test.for<[string, number]>([
    ["fail", 1],
    ["succeed", 0],
  ])(
    "superseded before it is redeemed: on-superseded: %s ends with %i, and the output names the newer one",
    async ([policy, code]) => {
      const place = await ordered("latest");
      const reserved = await runStep(inputs("reserve", place, { "reserve-for": "1h", sequence: "812" }));
      const newer = await runStep(inputs("reserve", place, { "reserve-for": "1h", sequence: "813" }), {
        checkRunId: "2",
      });
      const turn = await runStep(
        inputs("job", place, { "reservation-id": reserved.outputs["deployment-id"] ?? "", "on-superseded": policy }),
      );
      expect({ code: turn.code, by: turn.outputs["superseded-by"] }).toEqual({
        code,
        by: newer.outputs["deployment-id"],
      });
      expect(await runStep({}, { state: turn.state, jobStatus: "success" })).toMatchObject({ code: 0 });
    },
  );

  test("is refused in another cell", async () => {
    const reserved = await runStep(inputs("reserve", newPlace(), { "reserve-for": "1h" }));
    const id = reserved.outputs["deployment-id"] ?? "";
    const { code, log } = await runStep(inputs("start", newPlace(), { "reservation-id": id }));
    expect(code).toBe(1);
    expect(log).toContain("has its place in dev-aws-");
    expect((await cli.row(Number(id))).status).toBe("reserved");
  });
});
