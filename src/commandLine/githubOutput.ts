import { constants, open } from "node:fs/promises";
import { InvalidValueError } from "../database/errors.js";
import { reasonOf } from "../database/reasons.js";

/**
 * Sets an output of the step when running in a GitHub workflow; elsewhere does nothing.
 * @throws InvalidValueError when its file cannot be written
 */
export async function setGitHubOutput(name: string, value: string): Promise<void> {
  await writing(async () => {
    const { setOutput } = await import("@actions/core");
    setOutput(name, value);
  });
}

/**
 * Called before a change whose result goes into an output.
 * @throws InvalidValueError when there is no such file, or it may not be written
 */
export async function checkGitHubOutput(): Promise<void> {
  await writing(async (path) => (await open(path, constants.O_WRONLY)).close());
}

async function writing(write: (path: string) => Promise<void>): Promise<void> {
  const path = process.env["GITHUB_OUTPUT"];
  if (path) {
    await write(path).catch((error: unknown) => {
      const reason = reasonOf(error);
      throw new InvalidValueError(`GITHUB_OUTPUT names ${path}, which cannot be written: ${reason}`, {
        hint: "Name a file that is there and has room, or unset GITHUB_OUTPUT where no step output is needed.",
        cause: error,
      });
    });
  }
}
