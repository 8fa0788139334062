import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

const patienceMs = 20_000;

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

export async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path))) !== undefined;
}

/**
 * Makes a directory and what it lies in. Unlike the option "recursive" of mkdir it ends where nothing can be made, as in /proc.
 * @returns those that it has made
 */
export async function makeDirectories(directory: string, mode: number): Promise<string[]> {
  const missing: string[] = [];
  for (let path = directory; !(await exists(path)); path = dirname(path)) {
    missing.unshift(path);
  }
  for (const path of missing) {
    await mkdir(path, { mode }).catch((error: unknown) => {
      if (!hasCode(error, "EEXIST")) throw error;
    });
  }
  return missing;
}

export function readIfPresent(path: string): Promise<string | undefined> {
  return unlessMissing(readFile(path, "utf8"));
}

export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** A killed process stays visible for ever in a container whose first process does not reap it. */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

export async function removeAbandoned(directory: string): Promise<void> {
  for (const { name, pid } of await temporaries(directory)) {
    if (processExists(pid)) continue;
    // A child of the killed process may still be writing. What is left now is removed the next time.
    await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Fills a temporary directory and makes it appear as `target` by one rename. So of several processes exactly one makes the
 * target, and a killed one leaves nothing under its name. False when another process has made it.
 */
export async function publish(target: string, fill: (temporary: string) => Promise<void>): Promise<boolean> {
  if (await exists(target)) return false;
  const name = `temporary-${Date.now()}-${process.pid}-${randomBytes(6).toString("hex")}`;
  const temporary = join(dirname(target), name);
  try {
    await mkdir(temporary);
    await waitForEarlier(name, target);
    if (await exists(target)) return false;
    await fill(temporary);
    await rename(temporary, target);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM") && (await exists(target))) return false;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Spares ten processes that start at once from doing the same work ten times. The rename decides, so this may give up waiting. */
async function waitForEarlier(name: string, target: string): Promise<void> {
  const directory = dirname(target);
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await setTimeout(20)) {
    const others = await temporaries(directory);
    if (!others.some((other) => other.name < name && processExists(other.pid)) || (await exists(target))) return;
  }
}

async function temporaries(directory: string): Promise<{ name: string; pid: number }[]> {
  return (await readdir(directory)).flatMap((name) => {
    const pid = /^temporary-\d+-(\d+)-/.exec(name)?.[1];
    return pid === undefined ? [] : [{ name, pid: Number(pid) }];
  });
}
