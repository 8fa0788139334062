import { randomBytes } from "node:crypto";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const temporaryPattern = /^temporary-(\d+)-/;

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

export function readIfPresent(path: string): Promise<string | undefined> {
  return unlessMissing(readFile(path, "utf8"));
}

/** Signal 0 also reaches a zombie. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** A name beside what it will become; the pid tells later calls whether its maker still works on it. */
export function temporaryBeside(directory: string): string {
  return join(directory, `temporary-${process.pid}-${randomBytes(6).toString("hex")}`);
}

export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const maker = temporaryPattern.exec(name)?.[1];
    if (maker === undefined || processExists(Number(maker))) continue;
    // A child of the killed maker may still be writing: what survives now goes next time.
    await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes the finished directory appear under its name; false when another process was first. */
export async function publish(temporary: string, target: string): Promise<boolean> {
  try {
    await rename(temporary, target);
    return true;
  } catch (error) {
    if (await exists(target)) return false;
    throw error;
  }
}
