import { appendFileSync, readFileSync } from "node:fs";

/** The command may have left the files of the runner in the middle of a line, and what this step writes there must begin one. */
export function endLastLines(): void {
  for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) {
    const path = process.env[name];
    if (path && /[^\n]$/.test(readFileSync(path, "utf8"))) {
      appendFileSync(path, "\n");
    }
  }
}
