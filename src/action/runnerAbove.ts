import { readFileSync, statSync } from "node:fs";
import { type Process, processOf } from "./processTable.js";

/** How exact the moments are, in milliseconds: those of processes come in hundredths of a second. */
const blur = 100;

/**
 * The process of the runner, told by its age: the nearest ancestor that was there before the runner made the file of this step. A shell
 * around the step came after it. Undefined in a container, and where the system does not tell the ages.
 */
export function runnerAbove(): Process | undefined {
  const file = process.env["GITHUB_STATE"] ?? "";
  const own = processOf(process.pid);
  try {
    const prepared = statSync(file).birthtimeMs;
    // Read in this order, a delay in between makes processes seem younger, and no shell seems to be the runner.
    const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1_000;
    const booted = Date.now() - uptime;
    const age = ({ startedAt }: Process): number => prepared - (booted + startedAt * 10);
    // Where a file or a process has no such moment, this process itself seems to be older than its file.
    if (own === undefined || age(own) > blur) {
      return undefined;
    }
    for (let above = processOf(own.parent); above !== undefined && above.pid > 1; above = processOf(above.parent)) {
      if (age(above) > blur) {
        return above;
      }
    }
  } catch {
    // There is no such file.
  }
  return undefined;
}
