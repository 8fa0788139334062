import { Option } from "clipanion";
import { InvalidValueError } from "../database/errors.js";
import type { Ordering, PromotionCells } from "../queue/calls/environments.js";
import { parseBytes } from "../text/bytes.js";
import { parseDuration } from "../text/durations.js";
import { parseFlag } from "../text/flags.js";
import { parseNumber } from "../text/numbers.js";
import { parsedBy } from "./values.js";

/** Takes a policy back. */
export const none = "none";

/** What can be said of an environment and of a component in it. */
export const policies = [
  { name: "bufferTime", option: "--buffer-time", canBeNone: false },
  { name: "heartbeatTimeout", option: "--heartbeat-timeout", canBeNone: false },
  { name: "maxDuration", option: "--max-duration", canBeNone: true },
  { name: "unkeptAfter", option: "--unkept-after", canBeNone: false },
  { name: "ordering", option: "--ordering", canBeNone: false },
  { name: "slots", option: "--slots", canBeNone: false },
  { name: "refuseOutdated", option: "--refuse-outdated", canBeNone: false },
  { name: "maxReservation", option: "--max-reservation", canBeNone: false },
  { name: "confirmation", option: "--confirmation", canBeNone: true },
  { name: "approvals", option: "--approvals", canBeNone: true },
  { name: "approvers", option: "--approvers", canBeNone: true },
  { name: "promoteFrom", option: "--promote-from", canBeNone: true },
  { name: "promotionCells", option: "--promotion-cells", canBeNone: false },
  { name: "soak", option: "--soak", canBeNone: true },
  { name: "sameArtifact", option: "--same-artifact", canBeNone: true },
  { name: "requireChecks", option: "--require-checks", canBeNone: true },
  { name: "requireVerification", option: "--require-verification", canBeNone: true },
  { name: "gateRollbacks", option: "--gate-rollbacks", canBeNone: true },
  { name: "holdAfterFailure", option: "--hold-line-after-failure", canBeNone: false },
  { name: "log", option: "--log", canBeNone: false },
  { name: "logLimit", option: "--log-limit", canBeNone: false },
  { name: "logRetention", option: "--log-retention", canBeNone: false },
] as const;

type OrNone<Value> = Value | typeof none;

/** @param off what it is without the policy */
export function given<Value>(value: OrNone<Value> | undefined, off?: Value): Value | undefined {
  return value === none ? off : value;
}

export function secondsOrNone(text: string, option: string): OrNone<number> {
  return text === none ? none : parseDuration(text, option) / 1000;
}

export function numberOrNone(text: string, option: string): OrNone<number> {
  return text === none ? none : parseNumber(text, option);
}

export function bytesOrNone(text: string, option: string): OrNone<number> {
  return text === none ? none : parseBytes(text, option);
}

const switches: Readonly<Record<string, OrNone<boolean>>> = { on: true, off: false, none };

export function switchOrNone(text: string, option: string): OrNone<boolean> {
  const value = switches[text];
  if (value === undefined) {
    throw new InvalidValueError(`${option} must be one of ${Object.keys(switches).join(", ")}, not "${text}"`);
  }
  return value;
}

/** An option that stands alone for yes; --no-… is no. */
export function flagOption(name: string, description: string): OrNone<boolean> | undefined {
  const parse = (text: string): OrNone<boolean> => (text === none ? none : parseFlag(text, name));
  return Option.String(name, { tolerateBoolean: true, description, validator: parsedBy(name, parse) });
}

/** A text; off is the empty one, which asks for nothing. */
export function textOrNone(text: string, option: string): OrNone<string> {
  if (text.trim() === "") {
    throw new InvalidValueError(`${option} is empty`, { hint: "off asks for nothing." });
  }
  return text === "off" ? "" : text;
}

/** Names between commas; off is none of them. */
export function namesOrNone(text: string, option: string): OrNone<string[]> {
  const names = textOrNone(text, option);
  return names === none
    ? none
    : names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
}

const orderings: readonly OrNone<Ordering>[] = ["sequential", "latest", "latest-ready", none];

export function orderingOrNone(text: string, option: string): OrNone<Ordering> {
  return oneOf(orderings, text, option);
}

const promotionCells: readonly OrNone<PromotionCells>[] = ["same-region", "any", "all", none];

export function promotionCellsOrNone(text: string, option: string): OrNone<PromotionCells> {
  return oneOf(promotionCells, text, option);
}

function oneOf<Value extends string>(known: readonly Value[], text: string, option: string): Value {
  const value = known.find((one) => one === text);
  if (value === undefined) {
    throw new InvalidValueError(`${option} must be one of ${known.join(", ")}, not "${text}"`);
  }
  return value;
}
