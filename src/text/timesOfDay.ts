import { InvalidValueError } from "../queue/errors.js";

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

/** "02:00" of the "02:00:00" that the database has. */
export function formatTimeOfDay(time: string): string {
  return time.slice(0, 5);
}
