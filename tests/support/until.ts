import { setTimeout as sleep } from "node:timers/promises";

/** Waits until the condition gives a value, looking every few milliseconds. */
export async function until<Value>(
  what: string,
  condition: () => Promise<Value | undefined | false> | Value | undefined | false,
  timeout = 20_000,
): Promise<Value> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeout} ms in vain until ${what}`);
    }
    await sleep(10);
  }
}
