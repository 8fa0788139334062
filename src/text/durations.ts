import parse from "parse-duration";
import prettyMilliseconds from "pretty-ms";
import { InvalidValueError } from "../queue/errors.js";

const longest = 100 * 365.25 * 86_400_000;

// As the database counts them.
for (const name of ["mo", "month"]) {
  parse.unit[name] = 30 * 86_400_000;
}

/**
 * Reads "30m", "1h 30m", "90 seconds" or "0".
 * @returns milliseconds
 * @throws InvalidValueError that names the option
 */
export function parseDuration(text: string, option: string): number {
  // A month to some, a minute to others.
  if (/\dM(?![a-z])|^\s*P/.test(text)) {
    throw new InvalidValueError(`${option} must be a duration such as 30m (minutes) or 1mo (30 days), not "${text}"`);
  }
  const milliseconds =
    text.trim() === "0" ? 0 : /^[\s\d.,a-zµ]*$/i.test(text) && /[a-z]/i.test(text) ? parse(text) : null;
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) {
    throw new InvalidValueError(`${option} must be a duration such as 90s, 30m or 1h, not "${text}"`);
  }
  if (milliseconds > longest) {
    throw new InvalidValueError(`${option} must be 100 years at most, not "${text}"`);
  }
  return milliseconds;
}

/** The same in seconds, as the queue counts durations. */
export function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** "1h 30m", "10s". */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1
    ? "0s"
    : prettyMilliseconds(milliseconds, { secondsDecimalDigits: 0, millisecondsDecimalDigits: 0 });
}
