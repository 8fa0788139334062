import { existsSync, statSync, writeFileSync } from "node:fs";
import { type Process, processOf } from "./processTable.js";
import { runnerAbove } from "./runnerAbove.js";

/** How often to look, in milliseconds. */
const lookInterval = 2_000;
/** So long after the step has ended, a parent that is a shell around the step has ended as well, and one that is left is the runner. */
const settling = 5_000;
/** No runner lets a job go on for longer, in milliseconds. */
const longestJob = 5 * 86_400_000;

/** Where the main step stands among the processes. */
export interface Standing {
  /** The main step itself, and its parent. */
  readonly step: number;
  readonly parent: number;
  /** The process of the runner, where its age tells it. */
  readonly runner: Process | undefined;
}

/** What the main step knows about its surroundings. */
export interface Surroundings extends Standing {
  /** The directory that lives as long as the job, if there is one. */
  readonly directory: string | undefined;
  /** The post step writes this file. */
  readonly endFile: string;
}

/** To be called as the step begins: later, the runner may be gone. */
export function standing(): Standing {
  return { step: process.pid, parent: process.ppid, runner: runnerAbove() };
}

/** Called by the post step: the background process ends, whether or not the database has told it. */
export function tellEnd(endFile: string): void {
  try {
    writeFileSync(endFile, "");
  } catch {
    // The directory may be gone, which the background process sees as well.
  }
}

/**
 * Watches for the end of a job, by what a detached process sees on every runner: the file of the post step, the directory of the job, the
 * process of the runner, and the time. A sign that is missing (in a container the runner is no process) leaves the others. Nothing here
 * guesses: heartbeats that end too early would let another deployment in beside the job.
 * @returns a function that stops it
 */
export function watchRunner(
  around: Surroundings,
  log: (message: string) => void,
  onGone: (why: string) => void,
): () => void {
  const { endFile } = around;
  const began = performance.now();
  const directory = new Directory(around.directory);
  const runner = new Runner(around, log);
  const signs: readonly (readonly [why: string, isThere: () => boolean])[] = [
    ["the job has ended", () => existsSync(endFile)],
    ["the directory of the job is gone", () => directory.isGone()],
    ["the runner is gone", () => runner.isGone()],
    ["no job takes so long", () => performance.now() - began > longestJob],
  ];
  const watch = setInterval(() => {
    const sign = signs.find(([, isThere]) => isThere());
    if (sign !== undefined) {
      clearInterval(watch);
      onGone(sign[0]);
    }
  }, lookInterval);
  return () => clearInterval(watch);
}

class Directory {
  readonly #path: string | undefined;
  readonly #identity: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
    this.#identity = path === undefined ? undefined : identityOf(path);
  }

  isGone(): boolean {
    const now = this.#path === undefined ? undefined : identityOf(this.#path);
    return now !== undefined && this.#identity !== undefined && now !== this.#identity;
  }
}

/** The directory of the next job may have the same name. Undefined when it cannot be told, which proves nothing. */
function identityOf(directory: string): string | undefined {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "gone" : undefined;
  }
}

/** The runner; where its age does not tell it, the parent of the step, which is the runner if it outlives the step. */
class Runner {
  readonly #log: (message: string) => void;
  readonly #step: number;
  readonly #pid: number;
  readonly #startedAt: number | undefined;
  #stepEnded: number | undefined;
  /** Whether it is the runner, once that is known. */
  #isRunner: boolean | undefined;

  constructor({ step, parent, runner }: Surroundings, log: (message: string) => void) {
    this.#log = log;
    this.#step = step;
    this.#pid = runner?.pid ?? parent;
    this.#startedAt = (runner ?? processOf(parent))?.startedAt;
    if (runner !== undefined) {
      this.#isRunner = true;
      log(`process ${runner.pid} is the runner`);
    } else if (parent <= 1) {
      // Process 0 stands for one outside of the container; process 1 lives as long as the machine, or ends with all others.
      this.#isRunner = false;
    }
  }

  isGone(): boolean {
    if (this.#isRunner === undefined) {
      this.#stepEnded ??= exists(this.#step) ? undefined : performance.now();
      if (this.#stepEnded !== undefined && performance.now() - this.#stepEnded >= settling) {
        this.#isRunner = this.#lives();
        this.#log(`process ${this.#pid}, the parent of the step, is ${this.#isRunner ? "" : "not "}the runner`);
      }
      return false;
    }
    return this.#isRunner && !this.#lives();
  }

  #lives(): boolean {
    return exists(this.#pid) && processOf(this.#pid)?.startedAt === this.#startedAt;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
