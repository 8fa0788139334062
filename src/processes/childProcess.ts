import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants as constantsOfFiles, existsSync, statSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { reasonOf } from "../database/reasons.js";
import { formatDuration } from "../text/durations.js";
import { ProcessGroup } from "./processGroup.js";

export interface ChildEnd {
  /** As a shell would report it: 128 + n for a signal, 127 when it could not be found, 126 when not executed. */
  readonly exitCode: number;
  readonly description: string;
  /** The end of what it has printed, where that was kept. */
  readonly output?: string;
}

export interface Child {
  /** Undefined when it could not be started. */
  readonly group: ProcessGroup | undefined;
  readonly end: Promise<ChildEnd>;
}

/** So many characters of an output are kept. */
const longestOutput = 1_000;

/**
 * Starts a command in a process group of its own, so that its children can be stopped with it. When a command cannot be started,
 * spawn either throws or lets the child emit an error.
 */
export function startChild(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  { keepsOutput = false, directory }: { readonly keepsOutput?: boolean; readonly directory?: string | undefined } = {},
): Child {
  try {
    const child = spawn(program, args, {
      stdio: keepsOutput ? ["ignore", "pipe", "pipe"] : "inherit",
      detached: true,
      env,
      cwd: directory,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = `${output}${text}`.slice(-longestOutput);
      });
    }
    return {
      group: child.pid === undefined ? undefined : new ProcessGroup(child.pid),
      end: endOf(child, program).then((end) => (keepsOutput ? { ...end, output } : end)),
    };
  } catch (error) {
    return { group: undefined, end: Promise.resolve(notStarted(program, error)) };
  }
}

/**
 * Why a check has failed; undefined: it has succeeded in time.
 * @param elapsed how many milliseconds it took, and how many it might take
 */
export function failureOfCheck(
  { exitCode, description, output = "" }: ChildEnd,
  elapsed: number,
  longest: number,
): string | undefined {
  if (exitCode === 0 && elapsed < longest) {
    return undefined;
  }
  const how = elapsed < longest ? description : `took longer than ${formatDuration(longest)}`;
  return [`it ${how}`, output.trim()].filter((part) => part !== "").join(": ");
}

function endOf(child: ChildProcess, program: string): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(notStarted(program, error)));
    child.once("exit", (code, signal) => {
      resolve(
        signal === null
          ? { exitCode: code ?? 1, description: `exited with code ${code}` }
          : { exitCode: 128 + constants.signals[signal], description: `was ended by ${signal}` },
      );
    });
  });
}

function notStarted(program: string, error: unknown): ChildEnd {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const found = isThere(program);
  return {
    exitCode: found && code !== "ENOENT" ? 126 : 127,
    description: `could not be started: ${why(program, code, found) ?? reasonOf(error)}`,
  };
}

/** Why there would be nothing to run, as far as that is known beforehand; undefined: it may be started. */
export function whyNotStartable([program = ""]: readonly string[]): string | undefined {
  if (!isThere(program)) {
    return why(program, "ENOENT", false);
  }
  const mayRun = placesOf(program).some((path) => {
    try {
      accessSync(path, constantsOfFiles.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
  return mayRun ? undefined : why(program, "EACCES", true);
}

function why(program: string, code: unknown, found: boolean): string | undefined {
  if (code === "ENOENT" || code === "EACCES") {
    if (!found) {
      return `there is no ${program}`;
    }
    return code === "EACCES" ? `${program} may not be executed` : `${program} names an interpreter that is not there`;
  }
  return undefined;
}

/** When a folder in PATH may not be entered, the error of a missing command looks like that of a command without permission. */
function isThere(program: string): boolean {
  return placesOf(program).some((path) => existsSync(path));
}

function placesOf(program: string): string[] {
  return program.includes("/")
    ? [program]
    : (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, program));
}
