import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDirectory } from "../support/commandLine.js";

const directory = useDirectory();
const root = join(import.meta.dirname, "../..");

test("a committed migration may be read by everybody and written by its owner", async () => {
  const migrations = join(directory, "migrations");
  mkdirSync(join(migrations, "committed"), { recursive: true });
  writeFileSync(join(migrations, "current.sql"), "create table things ();\n");

  const script = join(root, "scripts/commitMigration.ts");
  await promisify(execFile)(join(root, "node_modules/.bin/tsx"), [script, "the things"], { cwd: directory });

  const committed = join(migrations, "committed/000001-the-things.sql");
  expect(readFileSync(committed, "utf8")).toContain("create table things ();");
  expect((statSync(committed).mode & 0o777).toString(8)).toBe("644");
});
