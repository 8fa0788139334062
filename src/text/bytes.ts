import { InvalidValueError } from "../queue/errors.js";

const units = ["bytes", "KiB", "MiB", "GiB"];

/** "10 MiB", "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}

const factors: Readonly<Record<string, number>> = {
  ...{ "": 1, b: 1, k: 1024, kib: 1024, m: 1024 ** 2, mib: 1024 ** 2, g: 1024 ** 3, gib: 1024 ** 3 },
  ...{ kb: 1000, mb: 1000 ** 2, gb: 1000 ** 3 },
};

/**
 * Reads "10MiB", "512 kB" or "65536".
 * @throws InvalidValueError that names the option
 */
export function parseBytes(text: string, option: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = factors[unit.toLowerCase()];
  const bytes = number === "" || factor === undefined ? Number.NaN : Number(number) * factor;
  if (!Number.isSafeInteger(Math.round(bytes))) {
    throw new InvalidValueError(`${option} must be a size such as 512KiB, 10MiB or 1GiB, not "${text}"`);
  }
  return Math.round(bytes);
}
