import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyNotStartable } from "../processes/childProcess.js";

/** A script as GitHub runs that of a step which names no shell: others on the machine can read the arguments of a process, so it is in a file. */
export function writeScript(text: string): { readonly words: readonly string[]; remove(): void } {
  const path = join(process.env["RUNNER_TEMP"] || tmpdir(), `deploy-queue-${randomUUID()}.sh`);
  writeFileSync(path, `${text}\n`, { flag: "wx", mode: 0o600 });
  const shell = whyNotStartable(["bash"]) === undefined ? "bash" : "sh";
  return { words: [shell, "-e", path], remove: () => rmSync(path, { force: true }) };
}
