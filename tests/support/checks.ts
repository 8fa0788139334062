import type { Check } from "../../src/queue/calls/checks.js";
import type { TestDatabase } from "./database.js";

let environments = 0;
let versions = 0;

/** A version of which no other test reports anything. */
export const newVersion = () => `v${versions++}`;

/** An environment of its own that demands these checks. */
export async function gatedBy({ queue }: TestDatabase, ...requireChecks: string[]): Promise<string> {
  const name = `gated-${environments++}`;
  await queue.environments.set(name, { requireChecks });
  return name;
}

export function reportTo(
  { queue }: TestDatabase,
  version: string,
  name: string,
  more: { readonly passed?: boolean; readonly url?: string; readonly expiresIn?: number } = {},
): Promise<Check> {
  return queue.checks.report({ component: "api", version, name, passed: true, ...more });
}
