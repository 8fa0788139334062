import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDirectory } from "../../src/agent/directory.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "deploy-queue-directory-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));
for (const name of ["app", "app/sub", "app-two", "outside"]) mkdirSync(join(root, name));
symlinkSync(join(root, "outside"), join(root, "app/out"));
symlinkSync(join(root, "app/sub"), join(root, "app/in"));
symlinkSync(join(root, "app"), join(root, "current"));

test.each([
  ["app", "app", "app"],
  ["app/sub", "app", "app/sub"],
  ["app/in", "app", "app/sub"],
  ["current/sub", "current", "app/sub"],
])("%s is in %s", async (wanted, allowed, path) => {
  const directory = await openDirectory(join(root, wanted), [join(root, allowed)]);

  expect(directory.path).toBe(join(root, path));
  await directory.close();
});

test.each([
  ["app/out", "it leads to"],
  ["app-two", "the target does not name it"],
  ["", "the target does not name it"],
  ["app/none", "there is no"],
])("%s is not in app", async (wanted, why) => {
  await expect(openDirectory(join(root, wanted), [join(root, "app")])).rejects.toThrow(why);
});

test.each(["app", "/var/../etc"])("%s is no whole path", async (wanted) => {
  await expect(openDirectory(wanted, ["/"])).rejects.toThrow("it must be a whole path without ..");
});

test("a file is replaced as a whole, for its owner only, and a link in its place is not followed", async () => {
  const other = join(root, "outside/other");
  writeFileSync(other, "other", { mode: 0o644 });
  symlinkSync(other, join(root, "app/.env"));
  const directory = await openDirectory(join(root, "app"), [join(root, "app")]);

  await directory.write(".env", "A=b\n", undefined);

  const file = join(root, "app/.env");
  expect(lstatSync(file).isFile()).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toBe("A=b\n");
  expect(readFileSync(other, "utf8")).toBe("other");
  await directory.close();
});

test("a file that cannot be written leaves nothing behind", async () => {
  mkdirSync(join(root, "app/sub/.env"));
  const directory = await openDirectory(join(root, "app/sub"), [join(root, "app")]);

  await expect(directory.write(".env", "A=b\n", undefined)).rejects.toThrow("sub/.env cannot be written");

  expect(readdirSync(join(root, "app/sub"))).toEqual([".env"]);
  await directory.close();
});

test.skipIf(process.platform !== "linux")("what a path leads to after it was opened makes no difference", async () => {
  mkdirSync(join(root, "app/moved"));
  const directory = await openDirectory(join(root, "app/moved"), [join(root, "app")]);
  rmSync(join(root, "app/moved"), { recursive: true });
  symlinkSync(join(root, "outside"), join(root, "app/moved"));

  await expect(directory.write(".env", "A=b\n", undefined)).rejects.toThrow();

  expect(readdirSync(join(root, "outside"))).not.toContain(".env");
  await directory.close();
});
