import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AccessDeniedError, DatabaseUnavailableError, HeldUpError, WaitTimeoutError } from "../../src/queue/errors.js";
import { backOff, type OutageOptions, outlastOutages } from "../../src/queue/outage.js";

const away = new DatabaseUnavailableError("away");
const locked = new HeldUpError("locked");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Outlasts a call that fails with these, one after the other, and with the last one from then on; nothing: it succeeds. */
function outlast(failures: readonly (Error | undefined)[], options: OutageOptions = {}) {
  const told: unknown[] = [];
  const call = vi.fn(async () => {
    const failure = failures[Math.min(call.mock.calls.length, failures.length) - 1];
    if (failure !== undefined) throw failure;
    return "done";
  });
  const end = outlastOutages(call, {
    onEvent: ({ event, obstacle }) => void told.push([event, obstacle]),
    ...options,
  }).catch((error: unknown) => error);
  return { call, told, end };
}

describe("the pause between two tries", () => {
  test("doubles up to 5 seconds", () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    expect([0, 1, 2, 5, 6, 1_000].map(backOff)).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  });

  test("is somewhere between half and all of that", () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect([0, 1, 2, 5, 6, 1_000].map(backOff)).toEqual([50, 100, 200, 1_600, 2_500, 2_500]);
    vi.mocked(Math.random).mockReturnValue(0.5);
    expect(backOff(0)).toBe(75);
  });
});

describe("an outage", () => {
  test("is told once when it begins and once when it is over", async () => {
    const { told, end } = outlast([away, away, away, undefined]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await end).toBe("done");
    expect(told).toEqual([
      ["outage", away],
      ["outage-over", away],
    ]);
  });

  test("is outlasted for 5 minutes", async () => {
    const { call, end } = outlast([away]);
    await vi.advanceTimersByTimeAsync(299_000);
    const tries = call.mock.calls.length;
    expect(tries).toBeGreaterThan(60);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(await end).toBe(away);
    expect(call.mock.calls.length).toBeLessThan(tries + 4);
  });

  test("ends with the reason of the signal that is aborted meanwhile, and without another try", async () => {
    const giveUp = new AbortController();
    const reason = new WaitTimeoutError("too late");
    const { call, end } = outlast([away], { signal: giveUp.signal });
    await vi.advanceTimersByTimeAsync(60_000);
    const tries = call.mock.calls.length;
    giveUp.abort(reason);
    expect(await end).toBe(reason);
    expect(call).toHaveBeenCalledTimes(tries);
  });

  test("is none when access is denied at first", async () => {
    const denied = new AccessDeniedError("who are you?");
    const { told, end } = outlast([denied]);
    expect(await end).toBe(denied);
    expect(told).toEqual([]);
  });

  test("may deny access for a while", async () => {
    const { end } = outlast([away, new AccessDeniedError("not yet"), undefined]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await end).toBe("done");
  });

  test("is over when the queue itself goes on denying access", async () => {
    const denied = new AccessDeniedError("revoked", { cause: Object.assign(new Error(), { code: "QD070" }) });
    const { call, end } = outlast([away, denied], { outageTimeout: Number.POSITIVE_INFINITY });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await end).toBe(denied);
    expect(call.mock.calls.length).toBeGreaterThan(5);
  });
});

describe("a lock that does not come", () => {
  test("is told apart from an outage before it", async () => {
    const { told, end } = outlast([away, locked, locked, undefined]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await end).toBe("done");
    expect(told).toEqual([
      ["outage", away],
      ["outage", locked],
      ["outage-over", locked],
    ]);
  });

  test("takes no patience away from the caller that bridges it", async () => {
    const whileHeldUp = vi.fn(async () => undefined);
    const { call, end } = outlast([...Array(1_000).fill(locked), away], { whileHeldUp });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(call.mock.calls.length).toBeLessThan(1_000);
    expect(whileHeldUp).toHaveBeenCalledTimes(call.mock.calls.length);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await end).toBe(away);
    expect(whileHeldUp).toHaveBeenCalledTimes(1_000);
  });
});
