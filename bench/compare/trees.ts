import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const here = join(import.meta.dirname, "../..");

/** The files of a commit in a directory of their own, with the packages that they ask for; it goes when this process ends. */
export async function checkOut(commit: string, interrupted: AbortSignal): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-compare-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const archive = join(directory, "files.tar");
  await run("git", ["archive", "--output", archive, commit], here, interrupted);
  await run("tar", ["--extract", "--file", archive], directory, interrupted);
  const [theirs, ours] = await Promise.all(
    [directory, here].map((tree) => readFile(join(tree, "package-lock.json"), "utf8")),
  );
  if (theirs === ours) {
    await symlink(join(here, "node_modules"), join(directory, "node_modules"));
  } else {
    await run("npm", ["ci", "--no-audit", "--no-fund"], directory, interrupted);
  }
  return directory;
}

export async function build(tree: string, interrupted: AbortSignal): Promise<void> {
  await run("npm", ["run", "--silent", "build"], tree, interrupted);
}

async function run(command: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)(command, args, { cwd, signal });
}
