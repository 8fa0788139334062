import { chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDefaultsFile } from "../../src/commandLine/defaultsFile.js";
import { useDirectory } from "../support/commandLine.js";

const directory = useDirectory();
let names = 0;

/** A repository, and a folder in it. */
function repository(): { root: string; inner: string } {
  const root = join(directory, `repository-${names++}`);
  const inner = join(root, "services", "api");
  mkdirSync(join(root, ".git"), { recursive: true });
  mkdirSync(inner, { recursive: true });
  return { root, inner };
}

test("the nearest file up to the root of the repository is read", async () => {
  const { root, inner } = repository();
  writeFileSync(join(root, ".deploy-queue.toml"), 'component = "all"');
  expect(await readDefaultsFile({}, inner)).toMatchObject({ component: "all" });

  writeFileSync(join(inner, ".deploy-queue.toml"), 'component = "api"');
  expect(await readDefaultsFile({}, inner)).toMatchObject({
    component: "api",
    path: join(inner, ".deploy-queue.toml"),
  });
});

test("a file above the repository is not read, nor one above a folder that is in none", async () => {
  const { inner } = repository();
  writeFileSync(join(directory, ".deploy-queue.toml"), 'component = "foreign"');
  expect(await readDefaultsFile({}, inner)).toBeUndefined();

  const loose = join(directory, "loose");
  mkdirSync(loose);
  expect(await readDefaultsFile({}, loose)).toBeUndefined();
});

test("in CI only a file that DEPLOY_QUEUE_CONFIG names is read", async () => {
  const { root } = repository();
  const path = join(root, ".deploy-queue.toml");
  writeFileSync(path, 'component = "api"');

  expect(await readDefaultsFile({ CI: "true" }, root)).toBeUndefined();
  expect(await readDefaultsFile({ CI: "true", DEPLOY_QUEUE_CONFIG: path }, root)).toMatchObject({ component: "api" });
});

test.runIf(process.getuid?.() === 0)("a file of another user is refused", async () => {
  const { root } = repository();
  const path = join(root, ".deploy-queue.toml");
  writeFileSync(path, 'component = "api"');
  chownSync(path, 65_534, 65_534);

  await expect(readDefaultsFile({}, root)).rejects.toThrow(`${path} belongs to another user, and is not used`);
});

test("a link and a file that is not there are refused", async () => {
  const { root } = repository();
  const path = join(root, ".deploy-queue.toml");
  symlinkSync("/etc/hostname", path);

  await expect(readDefaultsFile({}, root)).rejects.toThrow(`${path} cannot be read`);
  await expect(readDefaultsFile({ DEPLOY_QUEUE_CONFIG: "/nowhere" }, root)).rejects.toThrow("/nowhere cannot be read");
});
