import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readAgentFile } from "../../src/agent/readAgentFile.js";

const directory = mkdtempSync(join(tmpdir(), "deploy-queue-agent-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, "agent.yaml");

function read(text: string) {
  writeFileSync(file, text);
  const { settings, problems } = readAgentFile(file);
  return { settings, problems: problems.map((problem) => problem.replace(file, "agent.yaml")) };
}

const target = `targets:
  my-app:
    component: my-app
    cell: { environment: prod, provider: vps, region: fra, index: 0 }
    directories: [/var/www/my-app]
    commands: ["yarn *", "supervisorctl restart my-app--*"]
`;

test("a target has what the file says, and careful values for the rest", () => {
  const { settings, problems } = read(
    `${target}    timeout: 20m\n    stages:\n      production:\n        refs: [main]\n        env: { A: b, C: { file: /run/c } }\n`,
  );

  expect(problems).toEqual([]);
  expect(settings?.deploymentsAtOnce).toBe(1);
  expect(settings?.targets).toMatchObject([
    {
      name: "my-app",
      environment: "prod",
      shell: false,
      timeout: 1_200_000,
      lastCommand: ["supervisorctl start *", "supervisorctl restart *"],
      stages: [{ name: "production", refs: ["main"], variables: { A: "b", C: { file: "/run/c" } }, writesFile: true }],
    },
  ]);
});

test.each([
  [
    `${target}    comands: []\n`,
    "agent.yaml:7:5: targets.my-app.comands: there is no such key; did you mean commands?",
  ],
  [
    target.replace("index: 0", "indx: 0"),
    "agent.yaml:4:60: targets.my-app.cell.indx: there is no such key; did you mean index?",
  ],
  [target.replace("index: 0", "index: -1"), "agent.yaml:4:60: targets.my-app.cell.index: it must be 0 or more"],
  [target.replace("    component: my-app\n", ""), "agent.yaml:2:3: targets.my-app.component: it is missing"],
  [target.replace(/\{.*\}/, "prod"), "agent.yaml:4:5: targets.my-app.cell: it must be a mapping, key: value"],
  [
    target.replace("/var/www/my-app", "/var/www/../etc"),
    "agent.yaml:5:19: targets.my-app.directories[1]: it must be a whole path that begins with / and has no ..",
  ],
  [
    `${target}    timeout: soon\n`,
    'agent.yaml:7:5: targets.my-app.timeout: it must be a duration such as 90s, 30m or 1h, not "soon"',
  ],
  [`${target}    timeout: 10\n`, "agent.yaml:7:5: targets.my-app.timeout: it must be a duration such as 10m"],
  [
    `${target}    log_limit: much\n`,
    'agent.yaml:7:5: targets.my-app.log_limit: it must be a size such as 512KiB, 10MiB or 1GiB, not "much"',
  ],
  [`${target}    verify_for: 10m\n`, "agent.yaml:7:5: targets.my-app.verify_for: it needs verify"],
  [
    `${target}    last_command: 1\n`,
    "agent.yaml:7:5: targets.my-app.last_command: it must be any, or a list of patterns",
  ],
  [
    `${target}    stages: { production: { env: { A: 1 } } }\n`,
    "agent.yaml:7:36: targets.my-app.stages.production.env.A: it must be a text (a number needs quotes), {file: …}, {environment: …} or {command: [program, argument]}",
  ],
  [
    `${target}    stages: { production: { env: { "A-B": "1" } } }\n`,
    "agent.yaml:7:36: targets.my-app.stages.production.env.A-B: the name of a variable has only letters, digits and _, and does not begin with a digit",
  ],
  ["targets: {}\n", "agent.yaml:1:1: targets: it is empty"],
  ["targets: [\n", "agent.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  [`${target}  my-app: {}\n`, "agent.yaml:7:3: Map keys must be unique"],
])("what is wrong is told with its line (%#)", (text, problem) => {
  expect(read(text).problems).toContain(problem);
});

test("all problems are told at once", () => {
  expect(read(target.replace("component", "componet").replace("index: 0", "index: one")).problems).toHaveLength(3);
});

test("a flawed target hides no problem of another one", () => {
  const other = "  other:\n    component: api\n    nonsense: true\n";
  const { problems } = read(`${target}    timeout: soon\n${other}`);
  expect(problems).toContainEqual(expect.stringContaining("targets.other.nonsense: there is no such key"));
  expect(problems).toContainEqual(expect.stringContaining("targets.my-app.timeout: it must be a duration"));
});

test("a file that is not there is a problem as well", () => {
  expect(readAgentFile(join(directory, "none.yaml")).problems[0]).toMatch(
    /none\.yaml: it cannot be read: there is no /,
  );
});
