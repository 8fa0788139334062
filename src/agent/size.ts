import { InvalidValueError } from "../queue/errors.js";

const units: Readonly<Record<string, number>> = { "": 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/**
 * Reads "10MiB".
 * @returns bytes
 * @throws InvalidValueError that names it
 */
export function parseSize(text: string, name: string): number {
  const [, number, unit = ""] = /^(\d{1,9})\s*([KMG]iB|B)?$/.exec(text.trim()) ?? [];
  if (number === undefined) {
    throw new InvalidValueError(`${name} must be a size such as 512KiB or 10MiB, not "${text}"`);
  }
  return Number(number) * (units[unit] ?? 1);
}
