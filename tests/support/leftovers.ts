import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";

// Test files share a process and its modules: what a module does for each of them, setup.ts does.
const children = new Set<ChildProcess>();
const directories = new Set<string>();

/** To be killed after the test, unless it has ended. */
export function killLater(child: ChildProcess): void {
  children.add(child);
  child.once("close", () => children.delete(child));
}

export function killChildren(): void {
  for (const child of children) {
    child.kill("SIGKILL");
  }
}

/** To be removed after the tests of the file. */
export function removeLater(directory: string): void {
  directories.add(directory);
}

export function removeDirectories(): void {
  for (const directory of directories) {
    rmSync(directory, { recursive: true, force: true });
  }
  directories.clear();
}
