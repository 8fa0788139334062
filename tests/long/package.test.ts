import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const root = join(import.meta.dirname, "../..");
const directory = useDirectory();

let packed: { filename: string; files: { path: string }[] };

beforeAll(async () => {
  // A copy, because packing builds, and others run what is built here.
  const parts = ["package.json", "tsconfig.json", "tsconfig.build.json", "README.md", "LICENSE", "CHANGELOG.md"];
  for (const part of [...parts, "bin", "docs", "examples", "migrations/committed", "scripts", "sql", "src", "tests"]) {
    cpSync(join(root, part), join(directory, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));

  const { stdout } = await promisify(execFile)("npm", ["pack", "--json"], { cwd: directory });

  [packed] = JSON.parse(stdout.slice(stdout.indexOf("[")));
});

test("the package holds the built program, the library with its types, the migrations and the documents, and nothing else", () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...["dist/cli.js", "dist/index.js", "dist/types/index.d.ts", "dist/types/queue/deployQueue.d.ts"],
      ...[
        "bin/deploy-queue.js",
        "migrations/committed/000001-tables.sql",
        "sql/all.sql",
        "package.json",
        "man/deploy-queue.1",
      ],
      ...["README.md", "CHANGELOG.md", "LICENSE", "docs/cli.md", "examples/library.ts"],
    ]),
  );
  expect(
    paths.filter(
      (path) =>
        !/^(?:bin|dist|docs|examples|man|migrations\/committed|sql)\/|^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
          path,
        ),
    ),
  ).toEqual([]);
});

test("the packed library can be imported by its name, and brings its schema along", async () => {
  const { url } = await emptyDatabase();
  const consumer = join(directory, "consumer");
  const unpacked = join(consumer, "unpacked");
  mkdirSync(join(consumer, "node_modules/@deploy-queue"), { recursive: true });
  mkdirSync(unpacked);
  await promisify(execFile)("tar", ["xzf", join(directory, packed.filename), "--strip-components=1", "-C", unpacked]);
  symlinkSync(unpacked, join(consumer, "node_modules", "@deploy-queue/deploy-queue"));
  // What npm would install with it.
  symlinkSync(join(root, "node_modules"), join(unpacked, "node_modules"));
  const program = `
    import { DeployQueue } from "@deploy-queue/deploy-queue";
    const queue = await DeployQueue.connect();
    const place = { environment: "dev", cloudProvider: "aws", region: "here", cellIndex: 0 };
    console.log(await queue.run({ ...place, component: "api" }, async ({ id }) => "deployed " + id));
    await queue.close();`;

  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    cwd: consumer,
    env: { PATH: process.env["PATH"], DEPLOY_QUEUE_DATABASE_URL: url },
  });

  expect(stdout).toBe("deployed 1\n");
});
