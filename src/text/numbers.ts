import { InvalidValueError } from "../queue/errors.js";

const largestId = 9_223_372_036_854_775_807n;
const largestInteger = 2_147_483_647;
const highestPriority = 1_000_000;

/**
 * Reads an id, and keeps it as text: an id may be larger than a number can hold.
 * @throws InvalidValueError
 */
export function parseDeploymentId(text: string): string {
  const digits = /^\s*(\d+)\s*$/.exec(text)?.[1];
  if (digits === undefined) {
    throw new InvalidValueError(`the deployment id must be a whole number, not "${text}"`);
  }
  if (BigInt(digits) > largestId) {
    throw new InvalidValueError(`the deployment id is too large: ${digits}`);
  }
  return BigInt(digits).toString();
}

/** @throws InvalidValueError that names the option */
export function parseCellIndex(text: string, option: string): number {
  return parseInteger(text, `${option} must be a whole number from 0 to ${largestInteger}`, 0, largestInteger);
}

/**
 * Reads the number of a freeze or of a window.
 * @throws InvalidValueError that names it
 */
export function parseNumber(text: string, name: string): number {
  return parseInteger(text, `${name} must be a whole number`, 0, largestInteger);
}

/** @throws InvalidValueError that names the option */
export function parseCount(text: string, option: string): number {
  return parseInteger(text, `${option} must be a whole number from 1 to ${largestInteger}`, 1, largestInteger);
}

/** @throws InvalidValueError that names the option */
export function parsePriority(text: string, option: string): number {
  const rule = `${option} must be a whole number from -${highestPriority} to ${highestPriority}`;
  return parseInteger(text, rule, -highestPriority, highestPriority);
}

/** The database keeps numbers that JavaScript and JSON hold exactly. */
const largestSequence = 1_000_000_000_000_000;

/** @throws InvalidValueError that names the option */
export function parseSequence(text: string, option: string): number {
  return parseInteger(text, `${option} must be a whole number from 0 to ${largestSequence}`, 0, largestSequence);
}

function parseInteger(text: string, rule: string, least: number, most: number): number {
  const pattern = least < 0 ? /^\s*[+-]?\d+\s*$/ : /^\s*\d+\s*$/;
  const number = pattern.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new InvalidValueError(`${rule}, not "${text}"`);
  }
  return number;
}
