import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Database } from "../../src/database/database.js";
import { CancelledError, DatabaseUnavailableError, WaitTimeoutError } from "../../src/queue/errors.js";
import type { JourneyEvent } from "../../src/queue/events.js";
import { takeTurn } from "../../src/queue/journey.js";
import { Queue } from "../../src/queue/queue.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const database = useDatabase();

// It looks once a second.
beforeAll(() => database.queue.environments.set("often", { heartbeatTimeout: 3 }));

/** Waits behind a holder, over a connection that can fall silent. */
async function waitBehindProxy() {
  const line = newLine(database, "often");
  await line.add("running");
  const proxy = await startProxy(database.url);
  const queue = new Queue(new Database({ url: proxy.url, applicationName: "behind a proxy" }));
  onTestFinished(() => queue.database.close());
  const tryStart = vi.spyOn(queue, "tryStart");
  const giveUp = new AbortController();
  const events: JourneyEvent[] = [];
  /** Why it could not leave the line, or undefined when it has left. */
  const givenUp: unknown[] = [];
  let id = 0;
  const location = { cloudProvider: "aws", region: line.region, cellIndex: 0, component: "api" };
  const end = takeTurn(
    queue,
    { environment: "often", ...location },
    {
      heartbeat: false,
      signal: giveUp.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.event === "enqueued") id = event.deployment.id;
        if (event.event === "given-up") givenUp.push(undefined);
        if (event.event === "left-behind") givenUp.push(event.failure);
      },
    },
  ).catch((error: unknown) => error);
  // The second look is the one after its probe for delivery.
  await until("it sleeps, with one connection", () => tryStart.mock.calls.length >= 2 && proxy.connections() === 1);
  return { id, proxy, queue, tryStart, giveUp, givenUp, events, end };
}

/** Nothing arrives any more, and a look is under way. */
async function fallSilent({ proxy, tryStart }: Awaited<ReturnType<typeof waitBehindProxy>>): Promise<void> {
  const { calls, settledResults } = tryStart.mock;
  const answered = (): boolean => settledResults.every(({ type }) => type !== "incomplete");
  await until("no look is under way", () => answered() && calls.length === settledResults.length);
  proxy.silence();
  await until("it looks once more", () => !answered());
}

describe("a wait that is given up", () => {
  test("while its connection is dead leaves the line over another one, without waiting for an answer", async () => {
    const waiter = await waitBehindProxy();
    const { id, proxy, tryStart, giveUp, givenUp, end } = waiter;
    await fallSilent(waiter);
    proxy.recover();
    giveUp.abort(new WaitTimeoutError("too late"));
    expect(await end).toEqual(new WaitTimeoutError("too late"));
    expect(tryStart.mock.settledResults.at(-1)).toMatchObject({ type: "incomplete" });
    expect(givenUp).toEqual([undefined]);
    expect(await database.queue.deployment(id)).toMatchObject({
      status: "cancelled",
      cancellation_note: "gave up waiting: too late",
    });
  });

  test("while the network is silent says after a few seconds that it could not leave the line", async () => {
    const waiter = await waitBehindProxy();
    const { queue, giveUp, givenUp, end } = waiter;
    await fallSilent(waiter);
    giveUp.abort();
    expect(await end).toBeInstanceOf(CancelledError);
    expect(givenUp).toEqual([expect.any(DatabaseUnavailableError)]);
    expect(String(givenUp[0])).toMatch(/did not answer within 5 s/);
    // Closing has nothing to wait for.
    expect(queue.database.connection.present).toBeUndefined();
  });

  test.for([
    ["a timeout", new WaitTimeoutError("too late"), WaitTimeoutError],
    ["a signal", new CancelledError("SIGTERM came while waiting"), CancelledError],
    ["a caller without a reason of ours", undefined, CancelledError],
  ] as const)("by %s in an outage ends with that, not with the outage", async ([, reason, errorClass]) => {
    const { proxy, giveUp, givenUp, events, end } = await waitBehindProxy();
    proxy.refuse();
    await until("it knows of the outage", () => events.some(({ event }) => event === "outage"));
    giveUp.abort(reason);
    expect(await end).toBeInstanceOf(errorClass);
    if (reason !== undefined) expect(await end).toBe(reason);
    expect(givenUp).toEqual([expect.any(DatabaseUnavailableError)]);
  });

  test("before it began asks the database for nothing", async () => {
    const enqueue = vi.fn();
    const signal = AbortSignal.abort();
    const wayIn = { deployment: 1, enter: enqueue };
    await expect(takeTurn(database.queue, wayIn, { heartbeat: false, signal })).rejects.toThrow(CancelledError);
    expect(enqueue).not.toHaveBeenCalled();
  });
});

describe("in a free cell", () => {
  test.for([
    // Its answer may be lost: then it is reaped, and the cell is free again.
    ["with heartbeats to come, one call enters the line and starts", true, 0],
    ["without, it starts only when its id is known", false, 1],
  ] as const)("%s", async ([, heartbeat, attempts]) => {
    const { region } = newLine(database);
    const queue = database.openQueue();
    const tryStart = vi.spyOn(queue, "tryStart");
    const known: unknown[] = [];
    const started = await takeTurn(
      queue,
      { environment: "dev", cloudProvider: "aws", region, cellIndex: 0, component: "api" },
      {
        heartbeat,
        onEvent: (event) => {
          if (event.event === "enqueued") known.push([event.deployment.id, event.deployment.start_timestamp !== null]);
        },
      },
    );

    expect(started).toMatchObject({ start_timestamp: expect.any(Date) });
    expect(started.heartbeat_timestamp !== null).toBe(heartbeat);
    expect(known).toEqual([[started.id, heartbeat]]);
    expect(tryStart).toHaveBeenCalledTimes(attempts);
  });

  test("a caller that was told to stop meanwhile leaves nothing that runs", async () => {
    const { region } = newLine(database);
    const giveUp = new AbortController();
    let id = 0;
    const start = takeTurn(
      database.openQueue(),
      { environment: "dev", cloudProvider: "aws", region, cellIndex: 0, component: "api" },
      {
        heartbeat: true,
        signal: giveUp.signal,
        onEvent: (event) => {
          if (event.event !== "enqueued") return;
          id = event.deployment.id;
          giveUp.abort();
        },
      },
    );

    await expect(start).rejects.toThrow(CancelledError);
    expect(await database.queue.deployment(id)).toMatchObject({
      status: "cancelled",
      start_timestamp: expect.any(Date),
    });
  });
});
