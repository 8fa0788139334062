import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTimer } from "../../src/queue/timer.js";

const day = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([1, 1_000, 24 * day, 2 ** 31 - 1, 2 ** 31, 30 * day, 365 * day])(
  "a timer of %i ms rings once, after these",
  (milliseconds) => {
    const ring = vi.fn();
    startTimer(milliseconds, ring);
    vi.advanceTimersByTime(milliseconds - 1);
    expect(ring).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(100 * day);
    expect(ring).toHaveBeenCalledTimes(1);
  },
);

test("a timer without an end never rings", () => {
  const ring = vi.fn();
  startTimer(Number.POSITIVE_INFINITY, ring);
  vi.advanceTimersByTime(1_000 * day);
  expect(ring).not.toHaveBeenCalled();
});

test.each([1, 26])("a timer that was stopped after %i days does not ring", (days) => {
  const ring = vi.fn();
  const stop = startTimer(30 * day, ring);
  vi.advanceTimersByTime(days * day);
  stop();
  vi.advanceTimersByTime(100 * day);
  expect(ring).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
