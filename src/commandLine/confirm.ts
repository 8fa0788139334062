import { createInterface } from "node:readline/promises";
import { DeployQueueError, InvalidValueError } from "../database/errors.js";

/** The answer was not yes. */
class NotConfirmedError extends DeployQueueError {
  readonly exitCode: number;

  constructor(reason: string, exitCode: number) {
    super(`nothing was changed: ${reason}`);
    this.exitCode = exitCode;
  }
}

const refused = 4;
/** The exit code that a shell gives to a process that SIGINT has ended. */
const interrupted = 130;

/** Whether there is a person to ask. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks the person at the terminal; anything but yes is no.
 * @param instead the option that answers beforehand
 * @throws NotConfirmedError for no; InvalidValueError where there is no terminal to ask at
 */
export async function confirm(question: string, instead = "--yes"): Promise<void> {
  if (!isAtTerminal()) {
    throw new InvalidValueError("nothing was done: there is no terminal to ask at", { hint: `Add ${instead}.` });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ctrlC = new AbortController();
  prompt.on("SIGINT", () => ctrlC.abort());
  const answer = await prompt.question(`${question} [y/N] `, { signal: ctrlC.signal }).catch(() => undefined);
  prompt.close();
  if (answer === undefined) {
    // Without an answer, the line of the question is still open.
    process.stderr.write("\n");
  }
  if (ctrlC.signal.aborted) {
    throw new NotConfirmedError("Ctrl-C came instead of an answer", interrupted);
  }
  if (answer === undefined || !/^\s*y(es)?\s*$/i.test(answer)) {
    throw new NotConfirmedError("the answer was not yes", refused);
  }
}
