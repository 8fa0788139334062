import { DeployQueueError } from "../database/errors.js";
import { describeError } from "../text/describeError.js";
import { printable } from "../text/printable.js";

const unexpected = 1;
const usage = 2;

/** Prints an error as one line for the person who has to act on it, and returns the exit code that it means. */
export function reportError(error: unknown): number {
  write(describeError(error));
  if (error instanceof DeployQueueError) {
    return error.exitCode;
  }
  if (process.env["DEPLOY_QUEUE_LOG_LEVEL"] === "debug" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return unexpected;
}

/** The same for a command line that the parser does not understand. */
export function reportUsageError(error: Error, args: readonly string[], commandPaths: readonly string[]): number {
  const command = commandPaths.find((path) => args.slice(0, path.split(" ").length).join(" ") === path);
  if (command === undefined) {
    const words = args
      .filter((word) => !word.startsWith("-"))
      .slice(0, 2)
      .join(" ");
    const siblings = commandPaths.filter((path) => path.startsWith(`${args[0]} `));
    const known = siblings.length > 0 ? `There are: ${siblings.join(", ")}` : 'See "deploy-queue --help"';
    write(`there is no command "${words || args.join(" ")}". ${known}`);
    return usage;
  }
  // The parser's first paragraph says what is wrong; of options that are missing it only says how all are written.
  const [problem = "", synopsis = ""] = error.message.split("\n\n");
  const end = args.indexOf("--");
  const words = end === -1 ? args : args.slice(0, end);
  const given = new Set(words.map((word) => word.split("=", 1)[0] ?? ""));
  const known = new Set(synopsis.match(/--[a-z-]+/g));
  const strange = [...given].filter((word) => /^--./.test(word) && known.size > 0 && !known.has(word));
  const missing = [...synopsis.matchAll(/<(--[a-z-]+)/g)]
    .map((match) => match[1] ?? "")
    .filter((option) => !given.has(option));
  const valueless = words.find(
    (word, index) =>
      word.startsWith("--") && synopsis.includes(`${word} #`) && (words[index + 1] ?? "-").startsWith("-"),
  );
  const reason =
    strange.length > 0
      ? `${strange.join(", ")} is not an option`
      : valueless !== undefined
        ? `${valueless} needs a value; one that begins with "-" is given as ${valueless}=-…`
        : missing.length > 0
          ? `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`
          : problem.startsWith("Command not found")
            ? "an argument is missing"
            : problem.replace(/[.:\s]+$/, "");
  write(`${command}: ${reason}. See "deploy-queue ${command} --help"`);
  return usage;
}

function write(line: string): void {
  process.stderr.write(`deploy-queue: ${printable(line)}\n`);
}
