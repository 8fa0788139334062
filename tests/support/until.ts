import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds. A machine under load is slow, and a test must not fail for that. A whole test may take twice as long. */
const patience = 300_000;

/** Waits until the condition gives a value, looking every few milliseconds. What it waits for is said when it gives up. */
export async function until<Value>(
  what: string | (() => string),
  condition: () => Promise<Value | undefined | false> | Value | undefined | false,
): Promise<Value> {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${patience / 1000} s in vain until ${typeof what === "string" ? what : what()}`);
    }
    await sleep(10);
  }
}
