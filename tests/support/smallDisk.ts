import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file system of its own, which only root may mount, until the test ends; undefined where that is not possible. */
export function mountSmallDisk(size: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", directory]);
  if (status !== 0) {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  onTestFinished(() => {
    spawnSync("umount", ["--lazy", directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
