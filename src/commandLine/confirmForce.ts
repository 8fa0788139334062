import type { BaseContext } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import { printable } from "../text/printable.js";
import { confirm } from "./confirm.js";

export const forceRisk =
  "The work of what runs may go on after --force has freed its cell, and then works beside the next deployment.";

/**
 * Tells what --force risks, and asks.
 * @param running what runs, one a line
 * @throws as confirm does
 */
export async function confirmForce(running: readonly string[], { stderr }: BaseContext): Promise<void> {
  if (running.length > 0) {
    stderr.write(`${forceRisk}\n${running.map((line) => `  - ${printable(line)}\n`).join("")}`);
    await confirm(running.length === 1 ? "Free its cell?" : "Free their cells?");
  }
}

/** What is queued needs no force. */
export function requireOneWay({ queuedOnly, force }: { readonly queuedOnly: boolean; readonly force: boolean }): void {
  if (queuedOnly && force) {
    throw new InvalidValueError("--queued-only and --force do not go together");
  }
}
