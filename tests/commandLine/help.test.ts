import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLineDocs } from "../../scripts/commandLineDocs.js";
import { settings, variableOf } from "../../src/commandLine/placeParts.js";
import { variables } from "../../src/commandLine/variables.js";
import { runHere } from "../support/cli.js";

const sources = join(import.meta.dirname, "../../src");

test("help of each command marks the options that it requires, and no other", async () => {
  const { stdout } = await runHere(["--help"], {});
  const commands = [...stdout.matchAll(/^ {2}deploy-queue ([a-z ]+)\b(.*<-.*)$/gm)].map(([, path = "", rest = ""]) => ({
    path,
    required: [...rest.matchAll(/<(?:-\w,)?(--[a-z-]+) …>/g)].map(([, option]) => option),
  }));

  expect(stdout).not.toContain("#");
  expect(commands).toContainEqual({ path: "cancel version", required: ["--component", "--version"] });
  for (const { path, required } of commands) {
    const help = await runHere([...path.split(" "), "--help"], {});
    const marked = [...help.stdout.matchAll(/^ {2}(?:-\w,)?(--[a-z-]+) .*\(required\)$/gm)].map(([, option]) => option);
    expect({ path, marked }).toEqual({ path, marked: required });
  }
});

test("the variables that help and the documentation name are those that the sources read", async () => {
  const { stdout } = await runHere(["--help"], {});
  const documentation = commandLineDocs({ definitions: () => [] });
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("action"),
  );
  const read = files
    .flatMap((file) => [...readFileSync(join(sources, file), "utf8").matchAll(/\b(?:env|environment)\["([A-Z_]+)"\]/g)])
    .map(([, name = ""]) => name)
    // Where it runs: no person sets these.
    .filter((name) => !["INVOCATION_ID", "KUBERNETES_SERVICE_HOST"].includes(name))
    // To find a command as a shell does.
    .filter((name) => name !== "PATH" && name !== "USER" && !name.startsWith("PG"));

  expect(variables.map(({ name }) => name).toSorted()).toEqual(
    [...new Set([...read, ...settings.map(variableOf)])].toSorted(),
  );
  for (const { name, unset } of variables) {
    expect(stdout).toMatch(new RegExp(`^  ${name}\\n    \\S.*\\n    Default: ${unset}$`, "m"));
    expect(documentation).toMatch(new RegExp(`^\\| \`${name}\` \\| \\S.* \\| ${unset} \\|$`, "m"));
  }
});
