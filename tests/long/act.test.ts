import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/action.js";
import { newPlace, type Place, useCommandLine, useDirectory } from "../support/commandLine.js";
import { killLater } from "../support/leftovers.js";
import { works } from "../support/processes.js";
import { until } from "../support/until.js";

// The whole action, as a runner that is not GitHub's runs it: act, whose code is that of the runner of Gitea and Forgejo, too.
const act = process.env["DEPLOY_QUEUE_TEST_ACT"] ?? "act";
const hasAct = spawnSync(act, ["--version"]).status === 0;

const cli = useCommandLine();
const directory = useDirectory();

const inputs = (place: Place) => ({
  ...{ mode: "job", "database-url": cli.url, environment: place.environment, "cloud-provider": "aws" },
  ...{ region: place.region, "cell-index": "0", component: "api" },
});

/** A repository with the action in it and one workflow, whose job deploys by what is given. */
function repository(name: string, steps: readonly object[], files: Readonly<Record<string, object>> = {}): string {
  const home = join(directory, name);
  mkdirSync(join(home, ".github/workflows"), { recursive: true });
  for (const part of [
    "action.yml",
    "dist/action.cjs",
    "src/action/postStep.cjs",
    "sql",
    "migrations",
    "package.json",
  ]) {
    cpSync(join(root, part), join(home, "queue", part), { recursive: true });
  }
  // JSON is YAML.
  const checkout = { uses: "actions/checkout@v5" };
  const workflow = { on: "push", jobs: { deploy: { "runs-on": "host", steps: [checkout, ...steps] } } };
  for (const [path, content] of Object.entries({ ".github/workflows/deploy.yml": workflow, ...files })) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), JSON.stringify(content));
  }
  for (const args of [
    ["init", "--quiet"],
    ["add", "."],
    ["commit", "--quiet", "--message", "all"],
  ]) {
    const who = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"];
    expect(spawnSync("git", [...who, ...args], { cwd: home }).status).toBe(0);
  }
  return home;
}

interface Run {
  readonly process: ChildProcess;
  readonly log: () => string;
  readonly end: Promise<unknown>;
}

function startAct(home: string): Run {
  const child = spawn(act, ["push", "--platform", "host=-self-hosted", "--action-offline-mode"], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: directory, XDG_CACHE_HOME: join(directory, "cache") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  killLater(child);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
    });
  }
  return { process: child, log: () => log, end: once(child, "exit") };
}

async function deploymentIn({ region }: Place): Promise<number> {
  const [row] = await cli.sql<{ id: number }[]>`select id from deploy_queue.deployments where region = ${region}`;
  return row?.id ?? Number.NaN;
}

/** Whether anything sends heartbeats: the database knows by the connection. */
function heartbeatsEnd(): Promise<true> {
  return until("the heartbeats have ended", async () => {
    const [{ count } = { count: 1 }] = await cli.sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
      where datname = current_database() and application_name like 'deploy-queue action%'`;
    return count === 0 || undefined;
  });
}

test.skipIf(!hasAct).each([
  ["succeeds", "true", "finished"],
  ["fails", "false", "failed"],
])("a job that %s ends its deployment and the heartbeats", async (_, command, status) => {
  const place = newPlace();
  const run = startAct(repository(command, [{ uses: "./queue", with: inputs(place) }, { run: command }]));
  await run.end;

  expect(run.log()).toContain("started in");
  expect((await cli.row(await deploymentIn(place))).status).toBe(status);
  await heartbeatsEnd();
});

test.skipIf(!hasAct).each([
  ["true", "finished"],
  ["false", "failed"],
])("a step that runs %s has its deployment %s, and its output is kept", async (command, status) => {
  const place = newPlace();
  const script = `echo built > result\ncat result\necho "kept=$(cat result)" >> "$GITHUB_OUTPUT"\n${command}`;
  const step = { id: "deploy", uses: "./queue", with: { ...inputs(place), mode: "run", command: script, log: "true" } };
  const output = { if: "always()", run: `echo "output $${"{{ steps.deploy.outputs.kept }}"}" && cat result` };
  const run = startAct(repository(`run-${command}`, [step, output]));
  await run.end;

  const id = await deploymentIn(place);
  expect((await cli.row(id)).status).toBe(status);
  expect((await cli.run(["logs", String(id)])).stdout).toContain("built\n");
  expect(run.log()).toMatch(/\| built$.*\| output built$/ms);
});

test.skipIf(!hasAct)("a run that is cancelled ends the command of its step before the cell is free", async () => {
  const place = newPlace();
  const command = 'echo "command $$"\nwhile :; do sleep 0.05; done';
  const run = startAct(
    repository("cancelled", [{ uses: "./queue", with: { ...inputs(place), mode: "run", command } }]),
  );
  const pid = await until(
    () => `the command runs: ${run.log()}`,
    () => /\| command (\d+)$/m.exec(run.log())?.[1],
  );
  run.process.kill("SIGINT");
  await run.end;

  const id = await deploymentIn(place);
  await until("its deployment has ended", async () => (await cli.row(id)).status === "failed");
  expect(works(Number(pid))).toBe(false);
});

test.skipIf(!hasAct)("composite actions within each other do not lose the inputs of the post step", async () => {
  const place = newPlace();
  const composite = (uses: string, given: object) => ({
    name: "composite",
    description: "composite",
    inputs: { region: { description: "region", required: true } },
    runs: { using: "composite", steps: [{ uses, with: given }] },
  });
  const region = `$${"{{ inputs.region }}"}`;
  const home = repository("nested", [{ uses: "./outer", with: { region: place.region } }, { run: "true" }], {
    "outer/action.yml": composite("./inner", { region }),
    "inner/action.yml": composite("./queue", { ...inputs(place), region }),
  });
  const run = startAct(home);
  await run.end;

  expect((await cli.row(await deploymentIn(place))).status).toBe("finished");
  await heartbeatsEnd();
});

test.skipIf(!hasAct)("heartbeats end with a runner that is killed", async () => {
  const place = newPlace();
  const wait = 'until grep "is the runner" "$RUNNER_TEMP"/deploy-queue-heartbeats-*.log; do sleep 0.2; done; sleep 60';
  const run = startAct(repository("killed", [{ uses: "./queue", with: inputs(place) }, { run: wait }]));
  await until(
    () => `the background process knows the runner: ${run.log()}`,
    () =>
      (run.process.exitCode === null ? /process \d+, the parent of the step, is the runner/.test(run.log()) : true) ||
      undefined,
  );
  run.process.kill("SIGKILL");
  await run.end;

  await heartbeatsEnd();
  expect((await cli.row(await deploymentIn(place))).status).toBe("running");
});
