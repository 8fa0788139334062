import { describe, expect, onTestFinished, test } from "vitest";
import { type DeploymentRequest, DeployQueue } from "../../src/index.js";
import { QueueCalls } from "../../src/queue/calls/queueCalls.js";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
let cells = 0;

function newRequest(): DeploymentRequest {
  return { environment: "dev", cloudProvider: "aws", region: `names-${cells++}`, cellIndex: 1, component: "api" };
}

async function open(): Promise<DeployQueue> {
  const library = await DeployQueue.connect({ url: database.url });
  onTestFinished(() => library.close());
  return library;
}

/** The names of all fields, however deep; those of the arguments of a function are its own. */
function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(fieldsOf);
  }
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Error) {
    return [];
  }
  return Object.entries(value).flatMap(([name, field]) => [name, ...(name === "arguments" ? [] : fieldsOf(field))]);
}

describe("the fields of what the library gives", () => {
  test("are in camelCase, whichever call gives it", async () => {
    const library = await open();
    const environment = "strict";
    await library.environments.set(environment, {});
    const place = { ...newRequest(), environment };
    const running = await library.enqueue({ ...place, version: "v1", maxDuration: 90 });
    const attempt = await library.tryStart(running.id, { heartbeat: true, stopGrace: 30 });
    const next = await library.enqueue({ ...place, notBefore: new Date(Date.now() + 3_600_000) });
    const held = await library.enqueue({ ...place, hold: "outside" });
    await library.policies.freeze({ environment }, "sale", { until: new Date(Date.now() + 3_600_000) });
    await library.policies.addWindow(environment, [1], "08:00", "17:00", "UTC");
    const answers = [
      ...[running, attempt, next, held, await library.tryStart(next.id), await library.heartbeat(running.id)],
      await library.checks.report({ component: "api", version: "v1", name: "e2e", passed: true, expiresIn: 60 }),
      await library.environments.setComponent(environment, "api", { approvals: 1, without: ["maxDuration"] }),
      await library.environments.set(environment, { maxDuration: 60, without: ["retention"] }),
      await library.status({ environment }),
      await library.deployment(running.id),
      await library.line.queued(environment),
      await library.line.explain(next.id),
      await library.line.preflight(place),
      await library.line.forecast(next.id),
      await library.holds.staged(),
      await library.gates.wantedApprovals(environment),
      await library.checks.latest(),
      await library.environments.list(),
      await library.environments.components(),
      await library.policies.freezes(environment),
      await library.policies.windows(environment),
      await library.boards.running(environment),
      await library.boards.stuck(),
      await library.boards.latest(environment),
      await library.boards.timeline(environment, new Date(0)),
      await library.boards.usualDurations(environment),
      await library.history.of(running.id),
      await library.history.verify(),
      await library.reports.waitTime(environment),
      await library.roles.granted(),
      await library.upkeep.health(),
      await library.webhooks.list(),
      await library.work.targets(),
      await library.logs.page(running.id),
      await library.tokens.list(),
      await library.trusts.list(),
    ];
    const fields = new Set(answers.flatMap(fieldsOf));
    expect([...fields].filter((name) => /_/.test(name))).toEqual([]);
    expect([...fields]).toEqual(
      expect.arrayContaining(["startTimestamp", "cloudProvider", "lookAgainIn", "asOf", "canStart"]),
    );
  });

  test("are those of each event, too, and of the deployment that the work gets", async () => {
    const library = await open();
    const place = newRequest();
    const holder = await library.start(place);
    const fields: string[] = [];
    await library.run(place, async (deployment) => void fields.push(...fieldsOf(deployment)), {
      verify: async (deployment) => void fields.push(...fieldsOf(deployment)),
      onEvent: async (event) => {
        fields.push(...fieldsOf(event));
        if (event.event === "waiting") await library.finish(holder.id);
      },
    });
    expect(fields.filter((name) => /_/.test(name))).toEqual([]);
    expect(fields).toEqual(expect.arrayContaining(["blockerCount", "predictedStart", "verifyingSince"]));
  });

  test("are those that a client has chosen, where they are its own", async () => {
    const library = await open();
    const details = { failed_tests: 0 };
    const report = { component: "api", version: "v2", name: "e2e", passed: true, details };
    await library.checks.report(report);
    expect(await library.checks.latest({ version: "v2" })).toMatchObject([{ details }]);
  });
});

test("all subjects of calls are there", async () => {
  const library = await open();
  const subjects = Object.keys(new QueueCalls(database.queue.database)).filter((name) => name !== "source");
  expect(Object.keys(library)).toEqual(expect.arrayContaining(subjects));
});

test("durations are seconds, in and out", async () => {
  const library = await open();
  const { id, maxDuration } = await library.enqueue({ ...newRequest(), maxDuration: 90 });
  expect(maxDuration).toBe(90);
  const { deployment, lookAgainIn } = await library.tryStart(id, { heartbeat: true, stopGrace: 20 });
  expect({ stopGrace: deployment.stopGrace, lookAgainIn }).toEqual({ stopGrace: 20, lookAgainIn: 30 });
  expect(await library.heartbeat(id)).toMatchObject({ beatAgainIn: 30 });
  const { reservedUntil, createdAt } = await library.reserve(newRequest(), 60);
  expect((Number(reservedUntil) - createdAt.getTime()) / 1000).toBeCloseTo(60, 1);
  const request = newRequest();
  await library.start(request);
  await expect(library.start(request, { waitTimeout: 0.01 })).rejects.toThrow(/within 10ms/);
});
