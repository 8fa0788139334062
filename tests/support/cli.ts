import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { Cli } from "clipanion";
import { runCli as run } from "../../src/commandLine/runCli.js";
import { killLater } from "./leftovers.js";
import { until } from "./until.js";

const executable = process.env["DEPLOY_QUEUE_TEST_EXECUTABLE"];

/** What starts the command line: the bundle of Node.js, or the executable in DEPLOY_QUEUE_TEST_EXECUTABLE. */
export const program: readonly [string, ...string[]] = executable
  ? [resolve(executable)]
  : [process.execPath, join(import.meta.dirname, "../../dist/cli.js")];

/** The same, as words of a shell. */
export const programWords = program.map((word) => `'${word}'`).join(" ");

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BegunCli {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: Promise<CliEnd>;
  /** Waits until stdout or stderr matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface RunningCli extends BegunCli {
  readonly process: ChildProcess;
}

/** Starts the real command line, as it is shipped, as a process of its own. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  whereAndWho?: { readonly cwd?: string; readonly uid?: number; readonly gid?: number },
): RunningCli {
  const [file, ...first] = program;
  const child = spawn(file, [...first, ...args], {
    env: {
      ...{ PATH: process.env["PATH"], HOME: process.env["HOME"], CI: "true" },
      NODE_V8_COVERAGE: process.env["DEPLOY_QUEUE_PROCESS_COVERAGE"],
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...whereAndWho,
  });
  killLater(child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const end = new Promise<CliEnd>((resolve) => {
    child.once("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    end,
    printed: printedBy(
      () => stdout,
      () => stderr,
    ),
  };
}

function printedBy(stdout: () => string, stderr: () => string): BegunCli["printed"] {
  return (pattern) =>
    until(
      () => `it printed ${pattern}; so far:\n${stdout()}${stderr()}`,
      () => pattern.exec(stdout()) ?? pattern.exec(stderr()) ?? undefined,
    );
}

/** Runs the command line as a process to its end. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<CliEnd> {
  return startCli(args, env).end;
}

/** Runs the command line to its end in this process, where nothing is about the process itself; an executable always has its own. */
export function runHere(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<CliEnd> {
  return beginHere(args, env).end;
}

/** The same for one that waits: the test sees to it that it ends. */
export function beginHere(args: readonly string[], env: Readonly<Record<string, string | undefined>>): BegunCli {
  if (executable) return startCli(args, env);
  const [stdout, stderr] = [new Captured(), new Captured()];
  const context = { ...Cli.defaultContext, env: { CI: "true", ...env }, stdout, stderr };
  const finish = async (): Promise<CliEnd> => {
    const code = await run(args, "0.0.0", context);
    // The logger's stream hands its lines on a moment later.
    await setImmediate();
    return { code, signal: null, stdout: stdout.text, stderr: stderr.text };
  };
  const texts = [() => stdout.text, () => stderr.text] as const;
  return { stdout: texts[0], stderr: texts[1], end: finish(), printed: printedBy(...texts) };
}

class Captured extends Writable {
  text = "";

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
