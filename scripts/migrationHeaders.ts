import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { calculateHash } from "graphile-migrate/dist/hash.js";

/**
 * The committed migrations by their path, each under the two lines that graphile-migrate wants: the hash of the migration
 * before it, and its own, which covers both texts.
 */
export async function withMigrationHeaders(folder: string): Promise<[path: string, text: string][]> {
  let previous: string | undefined;
  const migrations: [string, string][] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const body = (await readFile(path, "utf8")).replace(/^--! (Previous|Hash): .*\n/gm, "").trim();
    const hash = calculateHash(body, previous ?? null);
    migrations.push([path, `--! Previous: ${previous ?? "-"}\n--! Hash: ${hash}\n\n${body}\n`]);
    previous = hash;
  }
  return migrations;
}
