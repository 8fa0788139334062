import { createInterface } from "node:readline/promises";
import { InvalidValueError } from "../queue/errors.js";

/**
 * Asks the person at the terminal; anything but yes is no.
 * @throws InvalidValueError where there is nobody to ask
 */
export async function confirm(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new InvalidValueError("nothing was done: there is no terminal to ask at", { hint: "Add --yes." });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(es)?\s*$/i.test(await prompt.question(`${question} [y/N] `));
  } catch {
    // The line of the question has no end yet.
    process.stderr.write("\n");
    return false;
  } finally {
    prompt.close();
  }
}
