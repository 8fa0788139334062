import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startTimer } from "../queue/timer.js";

/** The shortest and the longest pause between two looks at a group whose leader has ended, in milliseconds. */
const shortestLook = 5;
const longestLook = 250;

/** The processes of a command: its process group, whose id is the process id of the command. */
export class ProcessGroup {
  readonly id: number;
  #stopped = false;
  #killAt = Number.POSITIVE_INFINITY;
  #stopTimer = (): void => undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** Whether it was asked to end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Sends the signal to all of the group, and SIGKILL after the grace period. A later call only brings that forward. */
  stop(signal: NodeJS.Signals, grace: number): void {
    this.#stopped = true;
    this.#signal(signal);
    const killAt = performance.now() + grace;
    if (killAt < this.#killAt) {
      this.#killAt = killAt;
      this.#stopTimer();
      this.#stopTimer = startTimer(grace, () => this.#signal("SIGKILL"));
    }
  }

  /** Returns when no process of the group is left. Only the system knows when that is, so it is asked again and again. */
  async ended(onLook: (milliseconds: number) => void = () => undefined): Promise<void> {
    const since = performance.now();
    while (this.#lives()) {
      const elapsed = performance.now() - since;
      onLook(elapsed);
      await sleep(Math.min(Math.max(elapsed / 4, shortestLook), longestLook));
    }
    this.#stopTimer();
  }

  #lives(): boolean {
    return this.#signal(0) && (process.platform !== "linux" || hasWorkingProcess(this.id));
  }

  /** Whether a process of the group is left; signal 0 only asks. One of another user, such as behind sudo, gets no signal. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      process.kill(-this.id, signal);
      return true;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM";
    }
  }
}

/** The group that the first process with this entry in its environment is in; undefined when there is none, and where there is no /proc. */
export function groupOfMarked(entry: string): ProcessGroup | undefined {
  const [first] = workingProcesses()
    .filter(({ pid }) => environmentOf(pid).includes(entry))
    .sort((one, other) => one.startedAt - other.startedAt || one.pid - other.pid);
  return first === undefined ? undefined : new ProcessGroup(first.group);
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return [];
  }
}

/** In a container whose first process waits for no orphan, those that have ended stay in their group for ever. */
function hasWorkingProcess(group: number): boolean {
  return workingProcesses().some((process) => process.group === group);
}

interface WorkingProcess {
  readonly pid: number;
  readonly group: number;
  /** In ticks since the machine has started. */
  readonly startedAt: number;
}

function workingProcesses(): WorkingProcess[] {
  return (existsSync("/proc") ? readdirSync("/proc") : [])
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        // Behind the name of the program, which may hold anything: state, parent, group, and the start as the twentieth.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const [state = "", , group] = fields;
        return "ZX".includes(state) ? [] : [{ pid: Number(name), group: Number(group), startedAt: Number(fields[19]) }];
      } catch {
        return [];
      }
    });
}
