import type { BaseContext } from "clipanion";
import pino, { type Logger } from "pino";
import pretty from "pino-pretty";
import { InvalidValueError } from "../queue/errors.js";
import { jsonText, printable } from "../text/printable.js";
import { isCompatible, levelOfFilter } from "./compatibility.js";

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * The log on stderr, with times in UTC as its messages have them; stdout is for data.
 * @param isJson a JSON object a line, where events are printed beside it; otherwise it is for people
 * @throws InvalidValueError for a level that does not exist
 */
export function createLogger(context: BaseContext, isJson = false): Logger {
  const { env, stderr } = context;
  const given = env["DEPLOY_QUEUE_LOG_LEVEL"] || "info";
  const level = isCompatible(context) ? levelOfFilter(given) : given;
  if (!levels.includes(level)) {
    throw new InvalidValueError(`DEPLOY_QUEUE_LOG_LEVEL must be one of ${levels.join(", ")}, not "${level}"`);
  }
  if (isJson) {
    const options = {
      level,
      base: { event: "log" },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    return pino(options, { write: (line) => void stderr.write(`${jsonText(JSON.parse(line))}\n`) });
  }
  const isOwn = stderr === process.stderr;
  const stream = pretty({
    // A file number is written to at once, also when the process exits right afterwards.
    destination: isOwn ? process.stderr.fd : stderr,
    sync: true,
    colorize: isOwn && process.stderr.isTTY && !env["NO_COLOR"],
    ignore: "pid,hostname",
    translateTime: "UTC:HH:MM:ss'Z'",
    messageFormat: (log, messageKey) => printable(String(log[messageKey])),
  });
  return pino({ level }, stream);
}
