import { readFileSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const memory = "/dev/shm";
const needed = 2 ** 31;

/**
 * Where the servers of tests lie: in memory, where there is room and programs may run, since most of the processor time that a copy of a
 * database takes is spent in the file system of the disk.
 */
export function serverFolder(): string {
  try {
    const mounted = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "))
      .findLast(([, path]) => path === memory);
    const { bavail, bsize } = statfsSync(memory);
    const runs = mounted?.[3]?.split(",").includes("noexec") === false;
    return runs && bavail * bsize >= needed ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
