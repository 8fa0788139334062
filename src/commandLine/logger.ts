import { styleText } from "node:util";
import type { BaseContext } from "clipanion";
import type { LeveledLog } from "../display/log.js";
import { InvalidValueError } from "../queue/errors.js";
import { jsonText, printable } from "../text/printable.js";
import { isCompatible, levelOfFilter } from "./compatibility.js";

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const colors = { trace: "gray", debug: "blue", info: "green", warn: "yellow", error: "red" } as const;

/**
 * The log on stderr, with times in UTC as its messages have them; stdout is for data. A package for logs would take a quarter of the time
 * of a short command, only to be loaded.
 * @param isJson a JSON object a line, where events are printed beside it; otherwise it is for people
 * @throws InvalidValueError for a level that does not exist
 */
export function createLogger(context: BaseContext, isJson = false): LeveledLog {
  const { env, stderr } = context;
  const given = env["DEPLOY_QUEUE_LOG_LEVEL"] || "info";
  const least = levels.indexOf(isCompatible(context) ? levelOfFilter(given) : given);
  if (least === -1) {
    throw new InvalidValueError(`DEPLOY_QUEUE_LOG_LEVEL must be one of ${levels.join(", ")}, not "${given}"`);
  }
  const isColored = stderr === process.stderr && process.stderr.isTTY && !env["NO_COLOR"];
  const colored = (color: "cyan" | (typeof colors)[keyof typeof colors], text: string): string =>
    isColored ? styleText(color, text, { validateStream: false }) : text;
  const isEnabled = (level: keyof typeof colors): boolean => levels.indexOf(level) >= least;
  const writer = (level: keyof typeof colors) => (message: string) => {
    if (!isEnabled(level)) return;
    const time = new Date().toISOString();
    stderr.write(
      isJson
        ? `${jsonText({ level, time, event: "log", message })}\n`
        : `[${time.slice(11, 19)}Z] ${colored(colors[level], level.toUpperCase())}: ${colored("cyan", printable(message))}\n`,
    );
  };
  return {
    trace: writer("trace"),
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    tellsInfo: isEnabled("info"),
  };
}
