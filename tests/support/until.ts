import { setTimeout as sleep } from "node:timers/promises";

/** Waits until the condition gives a value, looking every few milliseconds. What it waits for is said when it gives up. */
export async function until<Value>(
  what: string | (() => string),
  condition: () => Promise<Value | undefined | false> | Value | undefined | false,
  timeout = 30_000,
): Promise<Value> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeout} ms in vain until ${typeof what === "string" ? what : what()}`);
    }
    await sleep(10);
  }
}
