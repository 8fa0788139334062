import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { killLater, removeLater } from "./leftovers.js";
import { until } from "./until.js";

export const root = join(import.meta.dirname, "../..");

export interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

export const actionFile: ActionFile = parse(readFileSync(join(root, "action.yml"), "utf8"));

export interface StepEnd {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What the post step gets. */
  readonly state: Readonly<Record<string, string>>;
  /** The step's part of the job summary. */
  readonly summary: string;
  /** What later steps have in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Step {
  readonly process: ChildProcess;
  readonly log: () => string;
  readonly end: Promise<StepEnd>;
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Where and how the runner runs a step. */
export interface Surroundings {
  readonly jobStatus?: "success" | "failure" | "cancelled";
  readonly checkRunId?: string;
  /** Further variables, or others. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Of the main step: makes this the post step. */
  readonly state?: Readonly<Record<string, string>>;
}

const directory = mkdtempSync(join(tmpdir(), "deploy-queue-runner-"));
let steps = 0;

/** Where background processes keep their logs. Of another test file it may be gone. */
export function runnerTemp(): string {
  mkdirSync(directory, { recursive: true });
  removeLater(directory);
  return directory;
}

/** Runs the committed bundle as the runner does: inputs, state and files in variables, defaults as in action.yml. */
export function startStep(inputs: Readonly<Record<string, string>>, surroundings: Surroundings = {}): Step {
  runnerTemp();
  const files = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_ENV"].map((name) => {
    const path = join(directory, `${name}-${steps++}`);
    writeFileSync(path, "");
    return [name, path] as const;
  });
  const { main, post } = actionFile.runs;
  const child = spawn(process.execPath, [join(root, surroundings.state === undefined ? main : post)], {
    cwd: directory,
    env: {
      NODE_V8_COVERAGE: process.env["DEPLOY_QUEUE_PROCESS_COVERAGE"],
      ...variables(inputs, surroundings),
      ...Object.fromEntries(files),
      ...surroundings.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  killLater(child);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
    });
  }
  const [outputs, state, summary, env] = files.map(
    ([, path]) =>
      () =>
        readFileSync(path, "utf8"),
  );
  const end = new Promise<StepEnd>((resolve) => {
    child.once("close", (code) => {
      resolve({
        code,
        log,
        outputs: parsed(outputs?.()),
        state: parsed(state?.()),
        summary: summary?.() ?? "",
        env: parsed(env?.()),
      });
    });
  });
  return {
    process: child,
    log: () => log,
    end,
    printed: (pattern) =>
      until(
        () => `it printed ${pattern}; so far:\n${log}`,
        () => pattern.exec(log) ?? undefined,
      ),
  };
}

export function runStep(inputs: Readonly<Record<string, string>>, surroundings?: Surroundings): Promise<StepEnd> {
  return startStep(inputs, surroundings).end;
}

function variables(inputs: Readonly<Record<string, string>>, surroundings: Surroundings): Record<string, string> {
  const contexts: Readonly<Record<string, string>> = {
    "${{ job.status }}": surroundings.jobStatus ?? "success",
    "${{ job.check_run_id }}": surroundings.checkRunId ?? "5001",
    "${{ strategy.job-index }}": "0",
    "${{ github.run_number }}": "1",
  };
  const given = Object.entries(actionFile.inputs).map(([name, { default: value = "" }]) => [
    `INPUT_${name.toUpperCase()}`,
    inputs[name] ?? contexts[value] ?? value,
  ]);
  const state = Object.entries(surroundings.state ?? {}).map(([name, value]) => [`STATE_${name}`, value]);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "org/repo",
    GITHUB_RUN_ID: "1001",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_WORKFLOW_REF: "org/repo/.github/workflows/deploy.yml@refs/heads/main",
    GITHUB_JOB: "deploy",
    GITHUB_ACTION: "__self",
    RUNNER_TEMP: directory,
    ...Object.fromEntries(given),
    ...Object.fromEntries(state),
  };
}

/** name<<delimiter, value, delimiter. */
function parsed(text = ""): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S+?)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name ?? "", value ?? ""]),
  );
}

/** The annotations of a kind that a step leaves on the page of its run. */
export function annotations({ log }: StepEnd, kind: "error" | "notice" | "warning"): string[] {
  return log.split("\n").flatMap((line) => (line.startsWith(`::${kind}::`) ? [line.slice(kind.length + 4)] : []));
}

/** Inputs of modes that name a cell and a component. */
export function stepInputs(databaseUrl: string) {
  return (
    mode: string,
    place: { environment: string; region: string },
    more: Readonly<Record<string, string>> = {},
  ) => ({
    ...{ mode, "database-url": databaseUrl, environment: place.environment, region: place.region },
    ...{ "cloud-provider": "aws", "cell-index": "0", component: "api", version: "v1", ...more },
  });
}
