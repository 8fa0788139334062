import { DeployQueueError, reasonOf } from "../queue/errors.js";
import { callsAsCommands } from "./callAsCommand.js";
import { withOurTimes } from "./moments.js";
import { printable } from "./printable.js";

/** An error as one line for the person who has to act on it: what is wrong, and what to do. */
export function describeError(error: unknown): string {
  if (error instanceof DeployQueueError) {
    const sentences = [error.message, ...(error.hint === undefined ? [] : [callsAsCommands(error.hint)])];
    return printable(sentences.map((sentence) => withOurTimes(sentence).replace(/[.\s]+$/, "")).join(". "));
  }
  return printable(`unexpected error: ${reasonOf(error)}`);
}
