import { describe, expect, test } from "vitest";
import { annotations, runStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

function byId(id: number): Promise<Awaited<ReturnType<typeof runStep>>> {
  return runStep({ mode: "assert", "database-url": cli.url, "deployment-id": String(id) });
}

describe("mode assert", () => {
  test("succeeds while the deployment runs", async () => {
    const place = newPlace();
    const id = await cli.running(place);

    const step = await byId(id);

    expect(step).toMatchObject({ code: 0, outputs: {} });
    expect(step.log).toContain(`deployment ${id} (holder) holds dev-aws-${place.region}-cell-0`);
  });

  test("fails once it has ended, and says that the start has to run again", async () => {
    const id = await cli.running(newPlace());
    await cli.queue.finish(id);

    const step = await byId(id);

    expect(step.code).toBe(1);
    expect(annotations(step, "error")).toEqual([
      expect.stringMatching(`deployment ${id} .* finished at .*Do not deploy\\. Run all jobs again`),
    ]);
  });

  test("fails once it was cancelled, and tells by whom", async () => {
    const id = await cli.running(newPlace());
    await cli.run(["cancel", "deployment", String(id)]);

    const step = await byId(id);

    expect(step.code).toBe(1);
    expect(step.outputs["deployment-cancelled-by"]).toContain("deploy-queue cancel deployment");
  });

  test("fails while it is being stopped, and after its lease", async () => {
    const stopping = await cli.running(newPlace(), { heartbeat: true });
    await cli.queue.cancel(stopping);
    const silent = await cli.running(newPlace(await cli.environment({ heartbeatTimeout: "1 second" })), {
      heartbeat: true,
    });
    await cli.advance("1 minute");

    expect(annotations(await byId(stopping), "error")).toEqual([expect.stringContaining("it is being stopped")]);
    expect(annotations(await byId(silent), "error")).toEqual([expect.stringContaining("sent no heartbeat since")]);
  });

  test("finds the deployment by its url, in the given place", async () => {
    const place = newPlace();
    const url = "https://example.org/assert";
    await runStep(inputs("start", place, { url }));
    const given = { mode: "assert", "database-url": cli.url, url };

    const found = await runStep({ ...given, environment: place.environment, region: place.region });
    const elsewhere = await runStep({ ...given, region: "elsewhere" });

    expect(found.code).toBe(0);
    expect(elsewhere.code).toBe(1);
    expect(annotations(elsewhere, "error")).toEqual([
      expect.stringContaining(`no deployment with the url ${url} is queued or running there`),
    ]);
  });

  test("demands an id or a url, so that an empty id asserts nothing", async () => {
    const step = await runStep({ mode: "assert", "database-url": cli.url, "deployment-id": "" });

    expect(annotations(step, "error")).toEqual(["mode assert needs deployment-id or url"]);
  });
});

describe("mode fail", () => {
  const fail = (id: number) =>
    runStep({
      ...{ mode: "fail", "database-url": cli.url, "deployment-id": String(id), "cancellation-note": "step 2\nfailed" },
    });

  test("ends a deployment whose work has failed, also when it is kept", async () => {
    const id = await cli.running(newPlace(), { heartbeat: true });

    const step = await fail(id);

    expect(step.code).toBe(0);
    expect(await cli.row(id)).toMatchObject({ status: "failed", cancellation_note: "step 2 failed" });
  });

  test("confirms the stop of one that is being stopped", async () => {
    const id = await cli.running(newPlace(), { heartbeat: true });
    await cli.queue.cancel(id, "pulled back");

    expect((await fail(id)).code).toBe(0);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "pulled back" });
  });

  test("cancels one that waits, and leaves one that has ended", async () => {
    const place = newPlace();
    const id = await cli.running(place);
    const waiting = await cli.queue.enqueue({
      ...{ environment: place.environment, cloudProvider: "aws", region: place.region, cellIndex: 0, component: "api" },
    });

    expect((await fail(waiting.id)).code).toBe(0);
    expect((await cli.row(waiting.id)).status).toBe("cancelled");
    await cli.queue.finish(id);
    expect(await fail(id)).toMatchObject({ code: 0, log: expect.stringContaining("had ended before: it is finished") });
  });
});
