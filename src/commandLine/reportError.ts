import type { BaseContext } from "clipanion";
import { DeployQueueError, InvalidValueError } from "../database/errors.js";
import { describeError } from "../text/describeError.js";
import { likelyMeant } from "../text/nearest.js";
import { columnsAsOptions } from "../text/optionNames.js";
import { jsonText, printable } from "../text/printable.js";

const unexpected = 1;
const checkViolation = "23514";

/** Prints an error as one line, or one JSON object, for the person who has to act on it, and returns the exit code that it means. */
export function reportError(error: unknown, { env, stderr }: BaseContext, isJson = false): number {
  const message = describeError(withOptions(error));
  const exit_code = error instanceof DeployQueueError ? error.exitCode : unexpected;
  const about =
    error instanceof DeployQueueError ? { deployment_id: error.deployment ?? null, code: error.code ?? null } : {};
  stderr.write(isJson ? `${jsonText({ event: "error", message, exit_code, ...about })}\n` : errorLine(message));
  if (error instanceof DeployQueueError) {
    return error.exitCode;
  }
  if (env["DEPLOY_QUEUE_LOG_LEVEL"] === "debug" && error instanceof Error) {
    stderr.write(`${error.stack}\n`);
  }
  return unexpected;
}

/** Names the options that break a constraint. */
function withOptions(error: unknown): unknown {
  return error instanceof InvalidValueError && error.code === checkViolation
    ? new InvalidValueError(columnsAsOptions(error.message), { hint: error.hint, cause: error.cause })
    : error;
}

/** One line for a command line that the parser does not understand. */
export function usageErrorLine(error: Error, args: readonly string[], commandPaths: readonly string[]): string {
  // Of "freeze" and "freeze allow", the longer one.
  const [command] = commandPaths.filter((path) => beginsWith(args, path)).toSorted((a, b) => b.length - a.length);
  if (command === undefined) {
    const words = args.filter((word) => !word.startsWith("-")).slice(0, 2);
    const siblings = commandPaths.filter((path) => path.startsWith(`${args[0]} `));
    const typed = words.join(" ") || args.join(" ");
    const ofDeployment = `${args[0]} deployment`;
    if (commandPaths.includes(ofDeployment) && /^\d+$/.test(words[1] ?? "")) {
      return errorLine(`there is no command "${typed}". Did you mean "deploy-queue ${ofDeployment} ${words[1]}"?`);
    }
    const meant = likelyMeant(typed, commandPaths) ?? likelyMeant(words[0] ?? "", commandPaths);
    const known = siblings.length > 0 ? `There are: ${siblings.join(", ")}` : 'See "deploy-queue --help"';
    return errorLine(`there is no command "${typed}". ${meant === undefined ? known : `Did you mean "${meant}"?`}`);
  }
  // The parser's first paragraph says what is wrong. For missing options it says only how all options are written.
  const [problem = "", synopsis = ""] = error.message.split("\n\n");
  const end = args.indexOf("--");
  const words = end === -1 ? args : args.slice(0, end);
  const reason = misspelled(words, synopsis) ?? describeProblem(problem, synopsis);
  return errorLine(`${command}: ${reason}${reason.endsWith("?") ? "" : "."} See "deploy-queue ${command} --help"`);
}

/** Whether the command line begins with the path of a command. */
export function beginsWith(args: readonly string[], path: string): boolean {
  return `${args.join(" ")} `.startsWith(`${path} `);
}

/** What commands call the reason that they record: each takes one of these. */
const reasons = ["--cancellation-note", "--reason", "--note"];

/** What is wrong with the options that are given; undefined when the parser knows better. */
function misspelled(words: readonly string[], synopsis: string): string | undefined {
  const given = new Set(words.map((word) => word.split("=", 1)[0] ?? ""));
  const known = new Set(synopsis.match(/--[a-z-]+/g));
  const strange = [...given].filter((word) => /^--./.test(word) && known.size > 0 && !known.has(word));
  if (strange.length > 0) {
    const [first = "", ...more] = strange;
    const other = reasons.includes(first) ? reasons.find((name) => known.has(name)) : undefined;
    const meant = more.length === 0 ? (other ?? likelyMeant(first, known)) : undefined;
    return `${strange.join(", ")} is not an option${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  }
  for (const option of [
    "--hold",
    "--refuse-outdated",
    "--same-artifact",
    "--require-verification",
    "--gate-rollbacks",
    "--hold-line-after-failure",
  ]) {
    const value = words[words.indexOf(option) + 1];
    if (words.includes(option) && value !== undefined && !value.startsWith("-")) {
      return `write ${option}=${value}`;
    }
  }
  const valueless = words.find(
    (word, index) =>
      word.startsWith("-") &&
      (synopsis.includes(`${word} #`) || synopsis.includes(`${word},--`)) &&
      (words[index + 1] ?? "-").startsWith("-"),
  );
  if (valueless !== undefined) {
    return `${valueless} needs a value; one that begins with "-" is given as ${valueless}=-…`;
  }
  const missing = [...synopsis.matchAll(/<(-\w)?,?(--[a-z-]+)/g)]
    .filter(([, short = "", long = ""]) => !given.has(short) && !given.has(long))
    .map(([, , long]) => long);
  return missing.length > 0 ? `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing` : undefined;
}

/** What the parser says, in words for people. */
function describeProblem(problem: string, synopsis: string): string {
  if (/^(?:Command not found|Not enough positional arguments)/.test(problem)) {
    const needed = synopsis.match(/<[a-z][\w-]*>/g);
    return `an argument is missing${needed === null ? "" : `: it needs ${needed.join(" ")}`}`;
  }
  const [, extra] = /^Extraneous positional argument \("(.*)"\)/.exec(problem) ?? [];
  if (extra === undefined) {
    return problem.replace(/[.:\s]+$/, "");
  }
  return `"${extra}" is one argument too many`;
}

function errorLine(text: string): string {
  return `deploy-queue: ${printable(text)}\n`;
}
