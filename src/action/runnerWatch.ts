import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How often to look, in milliseconds. */
const lookInterval = 2_000;
/** So long after the step has ended, a parent that is a shell around the step has ended as well, and one that is left is the runner. */
const settling = 5_000;
/** No runner lets a job go on for longer, in milliseconds. */
const longestJob = 5 * 86_400_000;

/** What the main step knows about its surroundings. */
export interface Surroundings {
  /** The main step itself, and its parent. */
  readonly step: number;
  readonly parent: number;
  /** The directory that lives as long as the job, if there is one. */
  readonly directory: string | undefined;
  /** The post step writes this file. */
  readonly endFile: string;
}

export function surroundings(directory: string | undefined, endFile: string): Surroundings {
  return { step: process.pid, parent: process.ppid, directory, endFile };
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
 * parent of the step, and the time. A sign that is missing (in a container the runner is no process) leaves the others. Nothing here
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
  const parent = new Parent(around, log);
  const signs: readonly (readonly [why: string, isThere: () => boolean])[] = [
    ["the job has ended", () => existsSync(endFile)],
    ["the directory of the job is gone", () => directory.isGone()],
    ["the runner is gone", () => parent.isGone()],
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

/** The parent of the step, which is the runner if it outlives the step. */
class Parent {
  readonly #log: (message: string) => void;
  readonly #step: number;
  readonly #parent: number;
  readonly #startedAt: string | undefined;
  #stepEnded: number | undefined;
  /** Whether it is the runner, once that is known. */
  #isRunner: boolean | undefined;

  constructor({ step, parent }: Surroundings, log: (message: string) => void) {
    this.#log = log;
    this.#step = step;
    this.#parent = parent;
    this.#startedAt = startOf(parent);
    // Process 0 stands for one outside of the container; process 1 lives as long as the machine, or ends with all others.
    this.#isRunner = parent > 1 ? undefined : false;
  }

  isGone(): boolean {
    if (this.#isRunner === undefined) {
      this.#stepEnded ??= exists(this.#step) ? undefined : performance.now();
      if (this.#stepEnded !== undefined && performance.now() - this.#stepEnded >= settling) {
        this.#isRunner = this.#lives();
        this.#log(`process ${this.#parent}, the parent of the step, is ${this.#isRunner ? "" : "not "}the runner`);
      }
      return false;
    }
    return this.#isRunner && !this.#lives();
  }

  #lives(): boolean {
    return exists(this.#parent) && startOf(this.#parent) === this.#startedAt;
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

/** With the number, what no other process shares; undefined where /proc does not show it. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(join("/proc", String(pid), "stat"), "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
