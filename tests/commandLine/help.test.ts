import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLineDocs } from "../../scripts/commandLineDocs.js";
import { manPage } from "../../scripts/manPage.js";
import { topics } from "../../src/commandLine/overview.js";
import { settings, variableOf } from "../../src/commandLine/placeParts.js";
import { commandPaths } from "../../src/commandLine/registry.js";
import { createCli } from "../../src/commandLine/runCli.js";
import { variables } from "../../src/commandLine/variables.js";
import { runHere } from "../support/cli.js";

const sources = join(import.meta.dirname, "../../src");

test("the overview names the first word of each command once, on a screen of 40 lines of 100 columns", async () => {
  const words = topics.flatMap(([, commands]) => commands.flatMap(([names]) => names.split(", ")));
  const { code, stdout } = await runHere(["--help"], {});

  expect(code).toBe(0);
  expect(words.toSorted()).toEqual([...new Set(commandPaths.map((path) => path.split(" ")[0]))].toSorted());
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length).toBeLessThan(40);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  for (const same of [[], ["-h"], ["help"]]) {
    expect((await runHere(same, {})).stdout).toBe(stdout);
  }
});

test("the help of a group names its commands and what each does", async () => {
  const { code, stdout } = await runHere(["cancel", "--help"], {});
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^deploy-queue cancel deployment {2}\S/),
    expect.stringMatching(/^deploy-queue cancel version {5}\S/),
    expect.stringMatching(/^deploy-queue cancel location {4}\S/),
  ]);
  expect((await runHere(["help", "cancel"], {})).stdout).toBe(stdout);
});

describe("help of a command", () => {
  test.each(commandPaths)("%s says what each value is, and marks the options that it requires", async (path) => {
    const { stdout } = await runHere([...path.split(" "), "--help"], {});
    const [definition] = (await createCli("", [path])).definitions();
    const required = definition?.options
      .filter((option) => option.required)
      .map((option) => /--[a-z-]+/.exec(option.definition)?.[0]);
    const synopsis = /^\$ (deploy-queue .*)$/m.exec(stdout)?.[1] ?? "";
    const marked = [...stdout.matchAll(/^ {2}(?:-\w,)?(--[a-z-]+) .*\(required\)$/gm)].map(([, option]) => option);
    expect(stdout).not.toMatch(/#\d/);
    expect(marked).toEqual(required);
    expect([...synopsis.matchAll(/ (--[a-z-]+) </g)].map(([, option]) => option)).toEqual(required);
  });

  test("aligns the options, whatever their values are called", async () => {
    expect((await runHere(["finish", "42", "--help"], {})).stdout).toContain("deploy-queue finish");
    const { stdout } = await runHere(["finish", "--help"], {});
    expect(stdout).toContain("\n  --json                       Print data");
    expect(stdout).toContain("\n  --outage-timeout <duration>  Give up");
  });
});

test("what is wrong is said of the command that is named, not of one whose name begins it", async () => {
  expect((await runHere(["freeze", "allow", "1"], {})).stderr).toBe(
    'deploy-queue: freeze allow: an argument is missing: it needs <freeze> <deployment-id>. See "deploy-queue freeze allow --help"\n',
  );
});

test("a slip in a command or an option is told with what is likely meant", async () => {
  expect((await runHere(["lits", "queue"], {})).stderr).toContain('Did you mean "list queue"?');
  expect((await runHere(["list", "qeue"], {})).stderr).toContain('Did you mean "list queue"?');
  // Two characters that are swapped are one slip: "start" is two away.
  expect((await runHere(["stauts"], {})).stderr).toContain('Did you mean "status"?');
  expect((await runHere(["finish", "4", "--outage-timout=5m"], {})).stderr).toContain(
    "--outage-timout is not an option; did you mean --outage-timeout? See",
  );
  expect((await runHere(["xyzzy"], {})).stderr).toBe(
    'deploy-queue: there is no command "xyzzy". See "deploy-queue --help"\n',
  );
});

test("the variables that help and the documentation name are those that the sources read", async () => {
  const { stdout } = await runHere(["help", "variables"], {});
  const documentation = commandLineDocs({ definitions: () => [] });
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("action"),
  );
  const read = files
    .flatMap((file) => [
      ...readFileSync(join(sources, file), "utf8").matchAll(
        /\b(?:env|environment)\["([A-Z_]+)"\]|Variable = "([A-Z_]+)"/g,
      ),
    ])
    .map(([, name, named = ""]) => name ?? named)
    // Where it runs: no person sets these.
    .filter((name) => !["INVOCATION_ID", "KUBERNETES_SERVICE_HOST", "ACTIONS_ID_TOKEN_REQUEST_URL"].includes(name))
    // By which a watchdog knows its command.
    .filter((name) => name !== "DEPLOY_QUEUE_GUARD")
    // To find a command as a shell does.
    .filter((name) => !["PATH", "USER", "LANG"].includes(name) && !name.startsWith("PG"));

  expect(variables.map(({ name }) => name).toSorted()).toEqual(
    [...new Set([...read, ...settings.map(variableOf)])].toSorted(),
  );
  for (const { name, unset } of variables) {
    expect(stdout).toMatch(new RegExp(`^${name}\\n    \\S.*\\n    Default: ${unset}$`, "m"));
    expect(documentation).toMatch(new RegExp(`^\\| \`${name}\` \\| \\S.* \\| ${unset} \\|$`, "m"));
  }
});

test("the page of the manual begins no line with what troff takes for a request", () => {
  const page = manPage({ definitions: () => [] }, "1.0.0");
  const requests = page.split("\n").filter((line) => /^[.']/.test(line));
  expect(requests.filter((line) => !/^\.(?:\\"|TH|SH|SS|TP|B|I) /.test(`${line} `))).toEqual([]);
});

test.each([
  ["trust add github --help", "trust add"],
  ["trust add oidc -h", "trust add"],
  ["help trust add gitlab", "trust add"],
  ["freeze allow 3 --help", "freeze allow"],
  ["cancel deployment 42 --force --help", "cancel deployment"],
])("%s is the help of %s", async (line, path) => {
  const asked = await runHere(line.split(" "), {});
  expect(asked).toEqual(await runHere([...path.split(" "), "--help"], {}));
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining(`$ deploy-queue ${path}`) });
});
