import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildEnd {
  /** As a shell would report it: 128 + n for a signal, 127 when it could not be found, 126 when not executed. */
  readonly exitCode: number;
  readonly description: string;
}

export interface Child {
  /** Undefined when it could not be started. */
  readonly child: ChildProcess | undefined;
  readonly childEnd: Promise<ChildEnd>;
}

/**
 * Starts a command in a process group of its own, so that its children can be stopped with it. When a command cannot be started,
 * spawn either throws or lets the child emit an error.
 */
export function startChild([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): Child {
  try {
    const child = spawn(program, args, { stdio: "inherit", detached: true, env });
    return { child, childEnd: endOf(child, program) };
  } catch (error) {
    const description = `could not be started: ${error instanceof Error ? error.message : String(error)}`;
    return { child: undefined, childEnd: Promise.resolve({ exitCode: 126, description }) };
  }
}

function endOf(child: ChildProcess, program: string): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const found = !("code" in error && error.code === "ENOENT") && isThere(program);
      resolve({ exitCode: found ? 126 : 127, description: `could not be started: ${error.message}` });
    });
    child.once("exit", (code, signal) => {
      resolve(
        signal === null
          ? { exitCode: code ?? 1, description: `exited with code ${code}` }
          : { exitCode: 128 + constants.signals[signal], description: `was ended by ${signal}` },
      );
    });
  });
}

/** When a folder in PATH may not be entered, the error of a missing command looks like that of a command without permission. */
function isThere(program: string): boolean {
  const folders = program.includes("/") ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

const groupCheckMilliseconds = 50;

/** Asks the whole process group to end, and kills what is left of it after the grace period. */
export async function stopGroup(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
  gracePeriod: number,
): Promise<void> {
  const deadline = performance.now() + gracePeriod;
  let exists = signalGroup(child, signal);
  while (exists && performance.now() < deadline) {
    await sleep(groupCheckMilliseconds);
    exists = signalGroup(child, 0);
  }
  if (exists) {
    signalGroup(child, "SIGKILL");
  }
}

/** Whether a process of the group is left to receive the signal; signal 0 only asks. */
function signalGroup(child: ChildProcess | undefined, signal: NodeJS.Signals | 0): boolean {
  if (child?.pid === undefined) {
    return false;
  }
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false;
  }
}
