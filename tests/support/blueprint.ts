import { execFileSync } from "node:child_process";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { clusterIn } from "../../src/database/embedded/directory.js";

const name = "blueprint";

/** Keeps the data of an embedded server that does not run, for others to begin with. */
export async function keepBlueprint(directory: string): Promise<void> {
  const { home, data, log } = clusterIn(directory, name);
  execFileSync("cp", ["-a", clusterIn(directory).home, home]);
  // A server that begins with it has no last port and has logged nothing.
  await Promise.all([join(data, "postmaster.opts"), log].map((path) => rm(path)));
}

export async function copyBlueprint(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  execFileSync("cp", ["-a", clusterIn(from, name).home, clusterIn(to).home]);
}

/** A thousand files that need not be copied for each. */
export async function linkPrograms(from: string, to: string): Promise<void> {
  const programs = (await readdir(from)).filter((name) => /^postgres-\d+\./.test(name));
  await Promise.all(programs.map((name) => symlink(join(from, name), join(to, name))));
}
