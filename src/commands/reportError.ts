import { DeployQueueError } from "../database/errors.js";
import { printable } from "../output/text.js";

const unexpected = 1;
const usage = 2;

/** Prints an error as one line for the person who has to act on it, and returns the exit code that it means. */
export function reportError(error: unknown): number {
  if (error instanceof DeployQueueError) {
    const sentences = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    write(sentences.map((sentence) => sentence.replace(/[.\s]+$/, "")).join(". "));
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "clipanion" in error) {
    // The parser's first paragraph says what is wrong, the second how it is written.
    const [problem = "", ...rest] = message.split("\n\n");
    write(`${problem.replace(/[.:\s]+$/, "")}${rest[0] === undefined ? "" : `: ${rest[0].replaceAll("\n", " ")}`}`);
    return usage;
  }
  write(`unexpected error: ${message}`);
  if (process.env["DEPLOY_QUEUE_LOG_LEVEL"] === "debug" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return unexpected;
}

function write(line: string): void {
  process.stderr.write(`deploy-queue: ${printable(line)}\n`);
}
