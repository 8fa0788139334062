import type { BaseContext } from "clipanion";

/** Whether the command line answers as that of the predecessor does, for scripts that were written for it. */
export function isCompatible({ env }: BaseContext): boolean {
  return env["DEPLOY_QUEUE_COMPAT"] === "1";
}

/** Commands of the predecessor, and whether it succeeds when there is nothing of that id, version or place. */
const succeedsInVain: Readonly<Record<string, boolean>> = {
  start: false,
  finish: true,
  "cancel deployment": true,
  "cancel version": true,
  "cancel location": true,
  info: true,
  "list outliers": false,
  "list cells": true,
  "heartbeat deployment": false,
  "heartbeat url": false,
};
const unknown = 3;
const usage = 2;
const firstOfSignals = 128;

/** The predecessor knows success, failure and misuse, and ends by a signal as every program does. */
export function exitCodeAsBefore(path: string, code: number): number {
  const succeeds = succeedsInVain[path];
  if (succeeds === undefined || code <= usage || code >= firstOfSignals) {
    return code;
  }
  return succeeds && code === unknown ? 0 : 1;
}

const levels: Readonly<Record<string, string>> = {
  off: "silent",
  error: "error",
  warn: "warn",
  info: "info",
  debug: "debug",
  trace: "trace",
};

/**
 * The level that a filter of the predecessor means for its own log: "INFO", "off", "deploy_queue=debug", "info,sqlx=warn".
 * As there, what cannot be read is left out, and without a level that counts for it only errors are logged.
 */
export function levelOfFilter(filter: string): string {
  let level = filter.includes("=") ? "silent" : "error";
  let isOwn = false;
  for (const directive of filter.toLowerCase().split(",")) {
    const [target = "", given] = directive.trim().split("=", 2);
    const isForAll = given === undefined && target in levels;
    const known = levels[given ?? target] ?? (target === "deploy_queue" && given === undefined ? "trace" : undefined);
    const isForOwn = /^deploy_queue\b/.test(target);
    if (known !== undefined && (isForOwn || (isForAll && !isOwn))) {
      level = known;
      isOwn ||= isForOwn;
    }
  }
  return level;
}
