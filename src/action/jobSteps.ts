import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How often to look for processes, in milliseconds. */
const lookInterval = 200;

/** A process as /proc shows it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  /** With the pid, what no other process shares. */
  readonly startedAt: string;
}

/** The runner's process for this job. Undefined where it is out of reach: in a container, and without /proc. */
export function runnerProcess(): number | undefined {
  return commandLine(process.ppid)[0]?.includes("Runner.Worker") === true ? process.ppid : undefined;
}

/** Waits until a step runs, or the signal is aborted. The post step of this action is none: it tells the end of the work. */
export async function stepRuns(runner: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && stepsOf(runner, processes()).length === 0) {
    await sleep(lookInterval);
  }
}

/**
 * Puts an error annotation into the log of the step that runs now: nothing else tells the runner something while the job runs.
 * @returns whether a step has a log that can be written to
 */
export function annotateStep(runner: number, message: string): boolean {
  // In one piece, and on a line of its own, whatever the step writes at the same time.
  const command = `\n::error::${message.replaceAll("%", "%25")}\n`;
  return stepsOf(runner, processes()).some(({ pid }) => {
    try {
      return isReadBy(runner, `/proc/${pid}/fd/1`) && write(`/proc/${pid}/fd/1`, command);
    } catch {
      return false;
    }
  });
}

/**
 * Ends the steps that run now: SIGTERM for all their processes, and SIGKILL for what is left after so many milliseconds. Steps that
 * follow are not touched: they may clean up.
 */
export async function endSteps(runner: number, grace: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + grace;
  let known = withDescendants(processes(), stepsOf(runner, processes()));
  end(known, "SIGTERM");
  while (known.length > 0 && !signal.aborted) {
    await sleep(lookInterval);
    const present = processes();
    // Also what they have started since, unless it has another parent by now.
    known = withDescendants(
      present,
      present.filter((one) => known.some(({ pid, startedAt }) => pid === one.pid && startedAt === one.startedAt)),
    );
    if (performance.now() >= deadline) {
      end(known, "SIGKILL");
    }
  }
}

function stepsOf(runner: number, present: readonly Process[]): Process[] {
  return present.filter(
    ({ pid, parent }) =>
      parent === runner && !commandLine(pid).some((argument) => argument.endsWith("/src/action/postStep.cjs")),
  );
}

/** Parents first, so that a shell does not go on with its next command when the present one ends. */
function withDescendants(present: readonly Process[], roots: readonly Process[]): Process[] {
  const found = new Map(roots.map((root) => [root.pid, root]));
  for (const { pid } of found.values()) {
    for (const child of present.filter(({ parent }) => parent === pid)) {
      found.set(child.pid, child);
    }
  }
  return [...found.values()];
}

function end(processes: readonly Process[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended, or belongs to another user, as below sudo.
    }
  }
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) {
      return [];
    }
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of the program, in parentheses, may hold anything.
      const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const hasEnded = state === "Z" || state === "X";
      return hasEnded ? [] : [{ pid: Number(name), parent: Number(parent), startedAt: rest[17] ?? "" }];
    } catch {
      return [];
    }
  });
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Whether it is a pipe that the runner holds, too: the step may have sent its output elsewhere. */
function isReadBy(runner: number, path: string): boolean {
  const pipe = readlinkSync(path);
  const directory = `/proc/${runner}/fd`;
  return pipe.startsWith("pipe:") && readdirSync(directory).some((name) => target(`${directory}/${name}`) === pipe);
}

function target(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function write(path: string, text: string): boolean {
  // Without waiting for a runner that does not read.
  const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return writeSync(file, text) === Buffer.byteLength(text);
  } finally {
    closeSync(file);
  }
}
