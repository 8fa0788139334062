import type { Hold } from "./deployment.js";
import { InvalidValueError } from "./errors.js";

/** An id as people type it, kept as text because ids go up to 9223372036854775807. */
export function parseDeploymentId(text: string): string {
  const digits = /^\s*(\d+)\s*$/.exec(text)?.[1];
  if (digits === undefined || BigInt(digits) > 9_223_372_036_854_775_807n) {
    throw new InvalidValueError(`the deployment id must be a whole number, not "${text}"`);
  }
  return BigInt(digits).toString();
}

/** @throws InvalidValueError that names the option */
export function parseCellIndex(text: string, option: string): number {
  const index = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(index <= 2_147_483_647)) {
    throw new InvalidValueError(`${option} must be a whole number from 0 to 2147483647, not "${text}"`);
  }
  return index;
}

/** Workflows pass the empty string for what they do not have. */
export function emptyIsAbsent(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** @throws InvalidValueError that names it */
export function parseNumber(text: string, name: string): number {
  const number = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= 2_147_483_647)) {
    throw new InvalidValueError(`${name} must be a whole number, not "${text}"`);
  }
  return number;
}

/**
 * Reads "02:00"; "24:00" where that is the latest.
 * @throws InvalidValueError that names the option
 */
export function parseTimeOfDay(text: string, option: string, latest: "23:59" | "24:00"): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text) && !(text === "24:00" && latest === text)) {
    throw new InvalidValueError(`${option} must be a time of the day from 00:00 to ${latest}, not "${text}"`);
  }
  return text;
}

/** @throws InvalidValueError that names the option */
export function parsePriority(text: string | undefined, option: string): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const priority = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(priority) <= 1_000_000)) {
    throw new InvalidValueError(`${option} must be a whole number from -1000000 to 1000000, not "${text}"`);
  }
  return priority;
}

/**
 * Reads "outside", "in-line", and yes and no as options without a value and workflows say it.
 * @throws InvalidValueError that names the option
 */
export function parseHold(value: string | boolean | undefined, option: string): Hold | undefined {
  switch (value) {
    case undefined:
    case false:
    case "":
    case "false":
      return undefined;
    case true:
    case "true":
    case "outside":
      return "outside";
    case "in-line":
      return "in-line";
    default:
      throw new InvalidValueError(`${option} must be outside or in-line, not "${value}"`);
  }
}

/** A note as the database takes it: in one line, without characters that steer a terminal or the direction of text. */
export function oneLine(note: string): string {
  return note.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}
