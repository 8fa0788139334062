import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** In hundredths of a second since the machine was booted. With the pid, what no other process shares. */
  readonly startedAt: number;
}

export function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** Undefined when it has ended, and where /proc does not show it. */
export function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold anything.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const hasEnded = state === "Z" || state === "X";
    return hasEnded ? undefined : { pid, parent: Number(parent), startedAt: Number(rest[17]) };
  } catch {
    return undefined;
  }
}
