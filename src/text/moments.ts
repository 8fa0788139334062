import { InvalidValueError } from "../queue/errors.js";
import { formatDuration, parseDuration } from "./durations.js";

/** The queue, which reads a time as its database does. */
export interface MomentReader {
  moment(text: string): Promise<Date>;
}

/**
 * Reads "2h" (from now) or a time that says its zone, such as "2026-11-01 02:00 Europe/Berlin": zones are those of
 * PostgreSQL, the clock is that of the database. Undefined and the empty text, as workflows pass it, are no moment.
 * @throws InvalidValueError that names the option
 */
export async function parseMoment(
  queue: MomentReader,
  text: string | undefined,
  option: string,
): Promise<Date | undefined> {
  if (text === undefined || text === "") {
    return undefined;
  }
  try {
    return await queue.moment(/[-:]/.test(text) ? text : `PT${parseDuration(text, option) / 1000}S`);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) {
      throw error;
    }
    throw error.message.startsWith(option)
      ? new InvalidValueError(error.message, { hint: "Or a time, such as 2026-11-01T02:00:00Z.", cause: error })
      : new InvalidValueError(`${option}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

/** "2026-11-01T02:00:00Z" */
export function formatMoment(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** Reads how long ago, such as "2h", or a moment with its zone. @throws InvalidValueError that names the option */
export async function parseSince(queue: MomentReader, text: string, option: string): Promise<Date> {
  const now = await queue.moment("PT0S");
  if (/[-:]/.test(text)) {
    return (await parseMoment(queue, text, option)) ?? now;
  }
  try {
    return new Date(now.getTime() - parseDuration(text, option));
  } catch (error) {
    throw error instanceof InvalidValueError
      ? new InvalidValueError(error.message, { hint: "Or a time, such as 2026-11-01T02:00:00Z.", cause: error })
      : error;
  }
}

const moments = /\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)([+-]\d\d)(?::?(\d\d))?(?!\d)/g;
const durations = /(?:\b(\d+) days? )?\b(\d\d):(\d\d):(\d\d)\b(?!Z)/g;

/** A text of the database with its moments and durations as all others are written here. */
export function withOurTimes(text: string): string {
  return text
    .replace(moments, (_, day: string, time: string, hours: string, minutes = "00") =>
      formatMoment(new Date(`${day}T${time}${hours}:${minutes}`)),
    )
    .replace(durations, (_, days = "0", hours: string, minutes: string, seconds: string) =>
      formatDuration((((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000),
    );
}
