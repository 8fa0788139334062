import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, type MockInstance, onTestFinished, test, vi } from "vitest";
import { Database } from "../../src/database/database.js";
import type { Deployment, DeploymentRequest, JourneyEvent, JourneyOptions } from "../../src/index.js";
import { QueueCalls } from "../../src/queue/calls/queueCalls.js";
import type { DeploymentWithStatus } from "../../src/queue/deployment.js";
import { DeployQueue } from "../../src/queue/deployQueue.js";
import {
  CancelledError,
  ClosedError,
  DatabaseUnavailableError,
  DeploymentNotFoundError,
  InvalidValueError,
  RefusedError,
  UnknownNameError,
  UnverifiedError,
  WaitTimeoutError,
} from "../../src/queue/errors.js";
import { useDatabase } from "../support/database.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { queue } = database;
const unhandled: unknown[] = [];
const remember = (error: unknown): void => void unhandled.push(error);
let cells = 0;

beforeEach(() => void process.on("unhandledRejection", remember));
afterEach(() => {
  process.off("unhandledRejection", remember);
  expect(unhandled).toEqual([]);
});

/** A cell of its own. */
function newRequest(component = "api"): DeploymentRequest {
  return { environment: "dev", cloudProvider: "aws", region: `library-${cells++}`, cellIndex: 1, component };
}

async function open(): Promise<{ library: DeployQueue; connection: Database; pid: number }> {
  const applicationName = `library ${cells++}`;
  const queries = vi.spyOn(Database.prototype, "query");
  const library = await DeployQueue.connect({ url: database.url, applicationName });
  const [connection] = queries.mock.contexts;
  queries.mockRestore();
  if (!(connection instanceof Database)) throw new Error("it has not asked the database");
  onTestFinished(() => library.close());
  return { library, connection, pid: await backend(applicationName) };
}

async function backend(applicationName: string): Promise<number> {
  const [row] = await database.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = ${applicationName}`;
  return row?.pid ?? 0;
}

async function hold(request: DeploymentRequest): Promise<number> {
  const { id } = await queue.enqueue({ ...request, component: "holder" });
  await queue.tryStart(id);
  return id;
}

interface Waiting {
  readonly id: number;
  readonly start: Promise<Deployment>;
}

/** Resolves once it waits. */
async function waiting(
  library: DeployQueue,
  request: DeploymentRequest,
  options: JourneyOptions = {},
): Promise<Waiting> {
  let id = 0;
  let start: Promise<Deployment> | undefined;
  await new Promise<void>((resolve, reject) => {
    start = library.start(request, {
      ...options,
      onEvent: (event) => {
        if (event.event === "enqueued") id = event.deployment.id;
        if (event.event === "waiting") resolve();
        return options.onEvent?.(event);
      },
    });
    start.catch(reject);
  });
  if (start === undefined) throw new Error("there is no waiter");
  return { id, start };
}

function channelsOf(connection: Database): Promise<{ channel: string }[]> {
  return connection.query<{ channel: string }>(
    (sql) => sql`select channel from pg_listening_channels() as channel order by channel`,
  );
}

describe("run", () => {
  test("finishes the deployment when the work is done, and gives its result", async () => {
    const { library } = await open();
    let during: DeploymentWithStatus | undefined;
    const result = await library.run(newRequest(), async (deployment, signal) => {
      during = await queue.deployment(deployment.id);
      expect(signal.aborted).toBe(false);
      return "deployed";
    });
    expect(result).toBe("deployed");
    expect(during).toMatchObject({ status: "running", heartbeat_timestamp: expect.any(Date) });
    expect(await queue.deployment(during?.id ?? 0)).toMatchObject({ status: "finished" });
  });

  test("takes a reserved place, with what is known by then; so does start", async () => {
    const { library } = await open();
    for (const how of ["run", "start"] as const) {
      const request = newRequest();
      const { id } = await library.reserve(request, 60);
      const reserved = { reservation: id, region: request.region, version: "v9" };
      await expect(library.start({ ...reserved, region: "elsewhere" })).rejects.toThrow(RefusedError);
      await expect(library.run({ ...reserved, component: "web" }, async () => "no")).rejects.toThrow(RefusedError);
      expect((await queue.deployment(id)).status).toBe("reserved");
      const known =
        how === "run" ? await library.run(reserved, async (deployment) => deployment) : await library.start(reserved);
      expect(known).toMatchObject({ id, version: "v9", reservedUntil: null, startTimestamp: expect.any(Date) });
      expect((await queue.deployment(id)).status).toBe(how === "run" ? "finished" : "running");
    }
  });

  test("verifies after the work, and finishes as verified", async () => {
    const { library } = await open();
    let during: DeploymentWithStatus | undefined;
    await library.run(newRequest(), async () => undefined, {
      verify: async ({ id }, signal) => {
        expect(signal.aborted).toBe(false);
        during = await queue.deployment(id);
      },
    });
    expect(during).toMatchObject({ status: "verifying" });
    expect(await queue.deployment(during?.id ?? 0)).toMatchObject({
      status: "finished",
      verified_at: expect.any(Date),
    });
  });

  test("fails when the verification throws, and throws the same; is refused where one is required and there is none", async () => {
    const { library } = await open();
    const verify = () => Promise.reject(new Error("503"));
    await expect(library.run(newRequest(), async () => "done", { verify })).rejects.toThrow("503");
    await queue.environments.set("strict", { requireVerification: true });
    const deploy = vi.fn();
    await expect(library.run({ ...newRequest(), environment: "strict" }, deploy)).rejects.toThrow(UnverifiedError);
    expect(deploy).not.toHaveBeenCalled();
    const { id } = await library.start({ ...newRequest(), environment: "strict" });
    await expect(library.finish(id)).rejects.toThrow(UnverifiedError);
    expect(await library.finish(id, { verified: true })).toMatchObject({ verifiedAt: expect.any(Date) });
  });

  test.for<readonly [how: string, deploy: () => Promise<never>]>([
    ["rejects", () => Promise.reject(new Error("no\u2028space\r\n\u001b[31mleft"))],
    [
      "throws before it returns a promise",
      () => {
        throw new Error("no space left");
      },
    ],
  ])("fails the deployment with the reason when the work %s, and throws the same", async ([, deploy]) => {
    const { library } = await open();
    const request = newRequest();
    await expect(library.run(request, deploy)).rejects.toThrow(/^no\s+space/);
    const [row] = await database.sql`
      select status, cancellation_note from deploy_queue.deployments_with_status where region = ${request.region}`;
    expect(row?.["status"]).toBe("failed");
    expect(row?.["cancellation_note"]).toMatch(/^failed: no space .*left$/);
  });

  test("aborts the signal when an operator cancels the deployment, and rejects once the work has ended", async () => {
    const { library } = await open();
    let ended = false;
    const run = library.run(newRequest(), async ({ id }, signal) => {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await queue.cancel(id, "pulled back");
      await aborted;
      expect(signal.reason).toBeInstanceOf(CancelledError);
      ended = true;
      throw new Error("stopped in the middle");
    });
    await expect(run).rejects.toThrow(/was cancelled: pulled back/);
    await expect(run).rejects.toThrow(CancelledError);
    expect(ended).toBe(true);
  });

  test("finishes when the work succeeds although it was asked to stop", async () => {
    const { library } = await open();
    const id = await library.run(newRequest(), async (deployment) => {
      await library.cancel(deployment.id, "too late");
      return deployment.id;
    });
    expect(await queue.deployment(id)).toMatchObject({ status: "finished", cancellation_timestamp: null });
    expect((await queue.history.of(id)).at(-1)).toMatchObject({ kind: "finished", reason: "the stop came too late" });
  });

  test("rejects with a CancelledError when the deployment was cancelled by force", async () => {
    const { library } = await open();
    const run = library.run(newRequest(), async ({ id }) => {
      await library.cancel(id, "now", { force: true });
    });
    await expect(run).rejects.toThrow(CancelledError);
  });

  test("throws what the work threw also when the database refuses to hear of it, and tells that", async () => {
    const { library } = await open();
    const events: JourneyEvent[] = [];
    const refusal = new RefusedError("not yours");
    vi.spyOn(QueueCalls.prototype, "fail").mockRejectedValueOnce(refusal);
    const run = library.run(newRequest(), () => Promise.reject(new Error("no space left")), {
      onEvent: (event) => void events.push(event),
    });
    await expect(run).rejects.toThrow("no space left");
    expect(events.at(-1)).toMatchObject({ event: "left-behind", failure: refusal, mayRun: false });
  });

  test("hands the abort of its own signal on to the work, and fails the deployment that the work gives up", async () => {
    const { library } = await open();
    const giveUp = new AbortController();
    let id = 0;
    const run = library.run(
      newRequest(),
      async (deployment, signal) => {
        id = deployment.id;
        giveUp.abort();
        signal.throwIfAborted();
      },
      { signal: giveUp.signal },
    );
    await expect(run).rejects.toThrow(/^deployment \d+ \(api\) was given up$/);
    expect(await queue.deployment(id)).toMatchObject({ status: "failed" });
  });

  test("tells each step of its way", async () => {
    const { library } = await open();
    const request = newRequest();
    const holder = await hold(request);
    const events: string[] = [];
    await library.run(request, async () => void events.push("work"), {
      onEvent: async ({ event }) => {
        events.push(event);
        if (event === "waiting") await queue.finish(holder);
      },
    });
    expect(events).toEqual(["enqueued", "waiting", "started", "work"]);
  });

  test("is content when the work has finished its deployment itself", async () => {
    const { library } = await open();
    await library.run(newRequest(), async ({ id }) => {
      await library.finish(id);
    });
  });
});

describe("start", () => {
  test("starts, without heartbeats from then on", async () => {
    const { library } = await open();
    const deployment = await library.start(newRequest());
    expect(await queue.deployment(deployment.id)).toMatchObject({ status: "running", heartbeat_timestamp: null });
  });

  test("gives its place up when its signal is aborted", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    const giveUp = new AbortController();
    const { id, start } = await waiting(library, request, { signal: giveUp.signal });
    giveUp.abort();
    await expect(start).rejects.toThrow(CancelledError);
    expect(await queue.deployment(id)).toMatchObject({ status: "cancelled", start_timestamp: null });
  });

  test("leaves nothing in the line when its signal was aborted before", async () => {
    const { library } = await open();
    const request = newRequest();
    const start = library.start(request, { signal: AbortSignal.abort() });
    await expect(start).rejects.toThrow(CancelledError);
    expect(await queue.line.queued("dev")).not.toContainEqual(expect.objectContaining({ region: request.region }));
  });

  test("gives its place up when the wait takes too long", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    await expect(library.start(request, { waitTimeout: 0.001 })).rejects.toThrow(WaitTimeoutError);
    const [row] = await database.sql`
      select status, cancellation_note from deploy_queue.deployments_with_status
      where region = ${request.region} and component = 'api'`;
    expect(row).toEqual({
      status: "cancelled",
      cancellation_note: expect.stringMatching(/gave up waiting: .* within 1ms/),
    });
  });

  test.for([0, 2 ** 31, Number.POSITIVE_INFINITY])(
    "starts in a free cell with a patience of %s s",
    async (patience) => {
      const { library } = await open();
      const { id } = await library.start(newRequest(), { waitTimeout: patience });
      expect(await queue.deployment(id)).toMatchObject({ status: "running" });
    },
  );

  test("tells that it has given its place up, and why it could not", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    const events: JourneyEvent[] = [];
    const options = { waitTimeout: 0.001, onEvent: (event: JourneyEvent) => void events.push(event) };
    await expect(library.start(request, options)).rejects.toThrow(WaitTimeoutError);
    expect(events.at(-1)).toEqual({ event: "given-up", deploymentId: expect.any(Number) });

    const failure = new RefusedError("not yours");
    vi.spyOn(QueueCalls.prototype, "cancel").mockRejectedValueOnce(failure);
    await expect(library.start(request, options)).rejects.toThrow(WaitTimeoutError);
    expect(events.at(-1)).toEqual({
      ...{ event: "left-behind", deploymentId: expect.any(Number), failure },
      mayRun: true,
    });
  });

  test("tells that notifications do not arrive, and starts all the same", async () => {
    const { library, connection } = await open();
    vi.spyOn(connection, "notificationsArrive").mockResolvedValue(false);
    const request = newRequest();
    const holder = await hold(request);
    const events: string[] = [];
    const { id, start } = await waiting(library, request, { onEvent: ({ event }) => void events.push(event) });
    await until("it was told", () => events.includes("no-notifications"));
    await queue.finish(holder);
    expect(await start).toMatchObject({ id });
    expect(events.filter((event) => event === "no-notifications")).toHaveLength(1);
  });

  test("no longer looks by itself once notifications have arrived after all", async () => {
    const { library, connection } = await open();
    vi.spyOn(connection, "notificationsArrive").mockResolvedValueOnce(false).mockResolvedValue(true);
    const request = newRequest();
    const holder = await hold(request);
    let timers: MockInstance<typeof setTimeout> | undefined;
    onTestFinished(() => timers?.mockRestore());
    // From the moment it is told: it may fall asleep within a millisecond.
    const onEvent = vi.fn(({ event }: JourneyEvent) => {
      if (event === "no-notifications") timers = vi.spyOn(globalThis, "setTimeout");
    });
    const { id, start } = await waiting(library, request, { onEvent });
    // Nothing else asks for so long a time: 15 s is the longest between its own looks, 20 s the patience of a query.
    await until(
      "it sleeps until its next sign of life",
      () => timers?.mock.calls.some(([, delay = 0]) => delay > 20_000) === true,
    );
    await queue.finish(holder);
    expect(await start).toMatchObject({ id });
    expect(onEvent.mock.calls.filter(([{ event }]) => event === "no-notifications")).toHaveLength(1);
  });

  test("goes on waiting with more patience than a timer can have", async () => {
    const { library } = await open();
    const request = newRequest();
    const holder = await hold(request);
    const { id, start } = await waiting(library, request, { waitTimeout: 2 ** 31 });
    await queue.finish(holder);
    expect(await start).toMatchObject({ id });
  });

  test("rejects with a CancelledError that says why when an operator cancels its place", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    const { id, start } = await waiting(library, request);
    await queue.cancel(id, "pulled back");
    await expect(start).rejects.toThrow(/pulled back/);
    await expect(start).rejects.toThrow(CancelledError);
  });

  test("rejects with an InvalidValueError for what cannot be, and an UnknownNameError for an unknown environment", async () => {
    const { library } = await open();
    await expect(library.start({ ...newRequest(), environment: "nowhere" })).rejects.toThrow(UnknownNameError);
    await expect(library.start({ ...newRequest(), component: "" })).rejects.toThrow(InvalidValueError);
  });

  test("leaves no place behind when its listener throws", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    const onEvent = ({ event }: JourneyEvent): void => {
      if (event === "waiting") throw new Error("cannot draw");
    };
    await expect(library.start(request, { onEvent })).rejects.toThrow("cannot draw");
    expect(await queue.line.queued("dev")).not.toContainEqual(expect.objectContaining({ region: request.region }));
  });

  test("outlasts a lost connection, says so, and keeps its place", async () => {
    const { library, pid } = await open();
    const request = newRequest();
    const holder = await hold(request);
    const outages: string[] = [];
    const onEvent = ({ event }: JourneyEvent): void => void (event.startsWith("outage") && outages.push(event));
    const { id, start } = await waiting(library, request, { onEvent });
    await database.sql`select pg_terminate_backend(${pid})`;
    await until("the backend is gone", async () => {
      const rows = await database.sql`select from pg_stat_activity where pid = ${pid}`;
      return rows.length === 0;
    });
    await queue.finish(holder);
    expect(await start).toMatchObject({ id });
    expect(outages).toEqual(Array.from(outages, (_, index) => (index % 2 === 0 ? "outage" : "outage-over")));
    expect(outages.length % 2).toBe(0);
    const kinds =
      await database.sql`select kind from deploy_queue.deployment_events where deployment_id = ${id} order by id`;
    expect(kinds.map(({ kind }) => kind)).toEqual(["enqueued", "refused", "woken", "started"]);
  });

  test("waits for two turns at once on one instance", async () => {
    const { library } = await open();
    const requests = [newRequest(), newRequest()] as const;
    const holders = [await hold(requests[0]), await hold(requests[1])] as const;
    const first = await waiting(library, requests[0]);
    const second = await waiting(library, requests[1]);
    await queue.finish(holders[1]);
    expect(await second.start).toMatchObject({ id: second.id });
    expect(await queue.deployment(first.id)).toMatchObject({ status: "queued" });
    await queue.finish(holders[0]);
    expect(await first.start).toMatchObject({ id: first.id });
  });

  test("listens to its channel while it waits, and to none afterwards, however the wait ends", async () => {
    const { library, connection } = await open();
    const request = newRequest();
    const holder = await hold(request);
    const giveUp = new AbortController();
    const lasting = await waiting(library, request);
    const leaving = await waiting(library, request, { signal: giveUp.signal });
    expect(await channelsOf(connection)).toEqual([
      { channel: `deploy_queue_deployment_${lasting.id}` },
      { channel: `deploy_queue_deployment_${leaving.id}` },
    ]);
    giveUp.abort();
    await expect(leaving.start).rejects.toThrow(CancelledError);
    expect(await channelsOf(connection)).toEqual([{ channel: `deploy_queue_deployment_${lasting.id}` }]);
    await queue.finish(holder);
    await lasting.start;
    await library.finish(lasting.id);
    await library.run(request, async () => undefined);
    expect(await channelsOf(connection)).toEqual([]);
  });
});

describe("finish, fail, cancel and confirmStop", () => {
  test("outlast an outage", async () => {
    const proxy = await startProxy(database.url);
    await using library = await DeployQueue.connect({ url: proxy.url });
    const { id } = await library.start(newRequest());
    proxy.refuse();
    proxy.cut();
    const finished = library.finish(id);
    const cancelled = library.cancel(await hold(newRequest()), "not needed");
    proxy.recover();
    expect(await finished).toMatchObject({ id, finishTimestamp: expect.any(Date) });
    expect(await cancelled).toMatchObject({ cancellationNote: "not needed" });
  });

  test("give up once the outage takes longer than the outageTimeout of the queue", async () => {
    const proxy = await startProxy(database.url);
    await using library = await DeployQueue.connect({ url: proxy.url, outageTimeout: 0.001 });
    const { id } = await library.start(newRequest());
    proxy.refuse();
    proxy.cut();
    await expect(library.finish(id)).rejects.toThrow(DatabaseUnavailableError);
  });
});

describe("an error", () => {
  test("says its code, its deployment and what to do", async () => {
    const { library } = await open();
    await expect(library.finish(987_654)).rejects.toThrow(DeploymentNotFoundError);
    await expect(library.finish(987_654)).rejects.toMatchObject({
      ...{ code: "QD001", deployment: 987_654, hint: expect.any(String) },
    });
    await expect(DeployQueue.connect({ url: "postgres://nobody@127.0.0.1:1/nowhere" })).rejects.toMatchObject({
      ...{ code: "ECONNREFUSED", deployment: undefined },
    });
  });
});

describe("connect", () => {
  test.for(["not a url", "http://localhost/x", ""])("refuses the URL '%s'", async (url) => {
    await expect(DeployQueue.connect({ url })).rejects.toThrow(InvalidValueError);
  });

  test("says that there is no database", async () => {
    const url = "postgres://nobody@127.0.0.1:1/nowhere";
    await expect(DeployQueue.connect({ url })).rejects.toThrow(DatabaseUnavailableError);
  });
});

describe("close", () => {
  test("gives up the places of the starts that still wait", async () => {
    const { library } = await open();
    const request = newRequest();
    await hold(request);
    const { id, start } = await waiting(library, request);
    const ended = expect(start).rejects.toThrow(/the queue was closed/);
    await library.close();
    await ended;
    expect(await queue.deployment(id)).toMatchObject({ status: "cancelled" });
  });

  test("ends the work that runs, and waits until the database knows", async () => {
    const { library } = await open();
    let id = 0;
    const working = new Promise<void>((resolve) => {
      const run = library.run(newRequest(), async (deployment, signal) => {
        id = deployment.id;
        resolve();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      });
      run.catch(() => undefined);
    });
    await working;
    await library.close();
    expect(await queue.deployment(id)).toMatchObject({
      status: "failed",
      cancellation_note: "failed: the queue was closed",
    });
  });

  test("is refused to the work of a run, for which it would wait", async () => {
    const { library } = await open();
    await library.run(newRequest(), () => expect(library.close()).rejects.toThrow(RefusedError));
  });

  test("comes at the end of the scope with await using", async () => {
    let left: DeployQueue | undefined;
    {
      await using library = await DeployQueue.connect({ url: database.url });
      left = library;
    }
    await expect(left.line.queued()).rejects.toThrow(ClosedError);
  });

  test("leaves nothing behind of a start that comes later", async () => {
    const applicationName = `library ${cells++}`;
    const library = await DeployQueue.connect({ url: database.url, applicationName });
    await library.close();
    const request = newRequest();
    const deploy = vi.fn();
    await expect(library.start(request)).rejects.toThrow(ClosedError);
    await expect(library.run(request, deploy)).rejects.toThrow(/the queue was closed/);
    await expect(library.finish(1)).rejects.toThrow(ClosedError);
    await expect(library.line.queued()).rejects.toThrow(ClosedError);
    await library.close();
    expect(deploy).not.toHaveBeenCalled();
    expect(await database.sql`select from deploy_queue.deployments where region = ${request.region}`).toHaveLength(0);
    await until("it has no connection", async () => (await backend(applicationName)) === 0);
  });

  test("is refused without a URL, with the cure, instead of a private queue", async () => {
    vi.stubEnv("DEPLOY_QUEUE_DATABASE_URL", " ");
    onTestFinished(() => void vi.unstubAllEnvs());

    await expect(DeployQueue.connect()).rejects.toMatchObject({
      message: "no database is named: url and DEPLOY_QUEUE_DATABASE_URL are not set",
      hint: expect.stringContaining('"embedded"'),
    });
  });

  test("lets the process end by itself, also with a waiter", async () => {
    const request = newRequest();
    await hold(request);
    const script = `
      import { DeployQueue } from ${JSON.stringify(join(import.meta.dirname, "../../src/index.ts"))};
      const queue = await DeployQueue.connect();
      await queue.run(${JSON.stringify(newRequest())}, async () => undefined);
      await new Promise((resolve) => {
        const start = queue.start(${JSON.stringify(request)}, { onEvent: ({ event }) => event === "waiting" && resolve() });
        start.catch((error) => process.stdout.write(error.constructor.name));
      });
      await queue.close();`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
      env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: database.url },
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ code, output }).toEqual({ code: 0, output: "CancelledError" });
  });
});
