import { execFile } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDirectory } from "./support/commandLine.js";

const root = join(import.meta.dirname, "..");
const directory = useDirectory();

test("the package holds the built program, the library with its types and the migrations, and nothing else", async () => {
  // A copy, because packing builds, and others run what is built here.
  const parts = ["package.json", "tsconfig.json", "tsconfig.build.json", "README.md", "LICENSE", "CHANGELOG.md"];
  for (const part of [...parts, "docs", "examples", "migrations/committed", "scripts", "sql", "src", "tests"]) {
    cpSync(join(root, part), join(directory, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));

  const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json"], { cwd: directory });

  const [packed]: [{ files: { path: string; mode: number }[] }] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...["dist/cli.js", "dist/index.js", "dist/types/index.d.ts", "dist/types/queue/deployQueue.d.ts"],
      ...["migrations/committed/000001-the-queue.sql", "package.json", "README.md", "LICENSE"],
    ]),
  );
  expect(
    paths.filter((path) => !/^(?:dist|migrations\/committed)\/|^(?:package\.json|README\.md|LICENSE)$/.test(path)),
  ).toEqual([]);
});
