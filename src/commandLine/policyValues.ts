import { InvalidValueError } from "../database/errors.js";
import type { Ordering } from "../queue/calls/environments.js";
import { parseDuration } from "../text/durations.js";
import { parseFlag } from "../text/flags.js";
import { parseNumber } from "../text/numbers.js";

/** Takes a policy back. */
export const none = "none";

/** What can be said of an environment and of a component in it. */
export const policies = [
  { name: "bufferTime", option: "--buffer-time", column: "buffer_time" },
  { name: "heartbeatTimeout", option: "--heartbeat-timeout", column: "heartbeat_timeout" },
  { name: "maxDuration", option: "--max-duration", column: "max_duration" },
  { name: "unkeptAfter", option: "--unkept-after", column: "unkept_after" },
  { name: "ordering", option: "--ordering", column: "ordering" },
  { name: "slots", option: "--slots", column: "slots" },
  { name: "refuseOutdated", option: "--refuse-outdated", column: "refuse_outdated" },
  { name: "maxReservation", option: "--max-reservation", column: "max_reservation" },
] as const;

type OrNone<Value> = Value | typeof none;

export function numberOf(value: OrNone<number> | undefined): number | undefined {
  return value === none ? undefined : value;
}

export function secondsOrNone(text: string, option: string): OrNone<number> {
  return text === none ? none : parseDuration(text, option) / 1000;
}

export function numberOrNone(text: string, option: string): OrNone<number> {
  return text === none ? none : parseNumber(text, option);
}

export function flagOrNone(text: string): OrNone<boolean> {
  return text === none ? none : parseFlag(text, "--refuse-outdated");
}

const orderings: readonly OrNone<Ordering>[] = ["sequential", "latest", "latest-ready", none];

export function orderingOrNone(text: string, option: string): OrNone<Ordering> {
  const ordering = orderings.find((known) => known === text);
  if (ordering === undefined) {
    throw new InvalidValueError(`${option} must be one of ${orderings.join(", ")}, not "${text}"`);
  }
  return ordering;
}
