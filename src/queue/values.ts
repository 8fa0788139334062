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
    throw new InvalidValueError(`${option} must be a whole number, 0 or more, not "${text}"`);
  }
  return index;
}

/** Workflows pass the empty string for what they do not have. */
export function emptyIsAbsent(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
