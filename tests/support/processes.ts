import { readFileSync } from "node:fs";

/** Whether a process works: one that has ended stays there until its parent takes notice, which an init may do seconds later. */
export function works(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The process ids of the children of a process, on Linux. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Kills a process and its children as if at once: none of them notices the end of another. */
export function killWithChildren(pid: number): void {
  process.kill(pid, "SIGSTOP");
  for (const each of [...childrenOf(pid), pid]) process.kill(each, "SIGKILL");
}

/** One after the other; those that have ended already are left out. */
export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  }
}
