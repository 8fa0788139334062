import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandPaths, loadCommands } from "../../src/commandLine/registry.js";

test.each(commandPaths)("the path %s loads the command that has it, and no other", async (path) => {
  const commands = await loadCommands([path]);

  expect(commands.map(({ paths }) => paths)).toEqual([[path.split(" ")]]);
});

test("every file of a command is registered by the path that people type", () => {
  const folder = join(import.meta.dirname, "../../src/commands");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(files.map((file) => kebab(file.slice(0, -3).replaceAll("/", " "))).toSorted()).toEqual(
    commandPaths.toSorted(),
  );
});
