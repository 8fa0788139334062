import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { annotations, root, runnerTemp, runStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

interface Runner {
  readonly id: number;
  readonly printed: () => string;
  prints(pattern: RegExp): Promise<RegExpExecArray>;
}

/** What the runner does: the action's step, then one of the job, whose output it reads from a pipe. Called like it, too. */
const script = `
  "$1" "$2"
  coproc STEP { exec bash --noprofile --norc -c "$3"; }
  exec {output}<&"\${STEP[0]}"
  pid=$STEP_PID
  while IFS= read -r line <&"$output"; do echo "$line"; done
  wait "$pid"
  echo "the step ended with $?"
  read`;

async function startRunner(given: Readonly<Record<string, string>>, step: string): Promise<Runner> {
  const action = join(root, "dist/action.cjs");
  const runner = spawn("bash", ["--norc", "-c", script, "runner", process.execPath, action, step], {
    argv0: "/runner/bin/Runner.Worker",
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...{ PATH: process.env["PATH"], RUNNER_TEMP: runnerTemp() },
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  });
  let text = "";
  runner.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  onTestFinished(() => void runner.kill("SIGKILL"));
  const prints = (pattern: RegExp): Promise<RegExpExecArray> =>
    until(
      () => `it printed ${pattern}; so far:\n${text}`,
      () => pattern.exec(text) ?? undefined,
    );
  const [, id = ""] = await prints(/deployment (\d+) \(api@v1\) started/);
  onTestFinished(async () => void (await cli.queue.cancel(Number(id), "end of the test", { force: true })));
  await prints(/^working/m);
  return { id: Number(id), printed: () => text, prints };
}

function pullBack(id: number): Promise<unknown> {
  return cli.run(["cancel", "deployment", String(id), "--cancellation-note", "pulled back: 100%"]);
}

describe.skipIf(process.platform !== "linux")("a job whose deployment is asked to stop", () => {
  test("gets an error annotation in the log of the step that runs, and goes on", async () => {
    const runner = await startRunner(inputs("job", newPlace()), "echo working; printf half; read");

    await pullBack(runner.id);

    await runner.prints(
      /^::error::.* asks deployment \d+ \(api@v1\) to stop: pulled back: 100%25\. Nothing ends this job/m,
    );
    expect((await cli.row(runner.id)).status).toBe("stopping");
  });

  test("is told as well when an operator has freed the cell by force", async () => {
    const runner = await startRunner(inputs("job", newPlace()), "echo working; read");

    await cli.queue.cancel(runner.id, "outage", { force: true });

    await runner.prints(
      /^::error::deployment \d+ \(api@v1\) was cancelled by .*: outage\. Its cell is free.*end it now/m,
    );
  });

  test.for([
    ["its deployment, and another one has its number", "keeper = 'of another'"],
    ["its start, and another deployment has started", "start_timestamp = null"],
  ])("is told as well when a fail-over has lost %s", async ([, loss]) => {
    const runner = await startRunner(inputs("job", newPlace()), "echo working; read");
    await cli.sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql.unsafe(`update deploy_queue.deployments set ${loss} where id = ${runner.id}`);
      await sql`set local session_replication_role = origin`;
      await sql`
        select deploy_queue.enqueue(environment, cloud_provider, region, cell_index, 'other', priority => 1, start => true)
        from deploy_queue.deployments where id = ${runner.id}`;
      await sql`select pg_notify(${`deploy_queue_deployment_${runner.id}`}, '')`;
    });

    await runner.prints(
      /^::error::the database does not know that deployment \d+ \(api@v1\) has started: .* end it now/m,
    );
  });

  test("with stop-on-cancel ends its step at once, and its cell is free at the end of the job", async () => {
    const given = inputs("job", newPlace(), { "stop-on-cancel": "true" });
    const runner = await startRunner(given, "echo working; sleep 1000; echo on");

    await pullBack(runner.id);

    await runner.prints(/^the step ended with 143/m);
    expect(runner.printed()).toMatch(/^::error::.* asks deployment .*\. The step that runs now is ended/m);
    expect(runner.printed()).not.toMatch(/^on/m);
    expect((await cli.row(runner.id)).status).toBe("stopping");
    // The step may have been allowed to fail.
    const state = { "deployment-id": String(runner.id), "stop-on-cancel": "true" };
    const post = await runStep(given, { state, jobStatus: "success" });
    expect(post.code).toBe(1);
    expect((await cli.row(runner.id)).status).toBe("cancelled");
  });

  test("with stop-on-cancel lets its step clean up, and kills what is left after a third of the lease", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const given = inputs("job", newPlace(environment), { "stop-on-cancel": "true" });
    const step = "trap 'sleep 0.1; echo cleaned' TERM; echo working; while :; do sleep 0.1; done";
    const runner = await startRunner(given, step);

    await pullBack(runner.id);

    await runner.prints(/^cleaned\nthe step ended with 137/m);
  });
});

describe.skipIf(process.platform !== "linux")("a job that loses the database", () => {
  test("with stop-on-cancel ends its step before its lease is over", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const proxy = await startProxy(cli.url);
    const more = { "stop-on-cancel": "true", "database-url": proxy.url };
    const runner = await startRunner(inputs("job", newPlace(environment), more), "echo working; sleep 1000");

    proxy.refuse();

    await runner.prints(/^::error::deployment \d+ \(api@v1\) has no contact to the database/m);
    await runner.prints(/^the step ended with 143/m);
    expect((await cli.row(runner.id)).alive_until?.getTime()).toBeGreaterThan(await now());
  });
});

async function now(): Promise<number> {
  const [row] = await cli.sql<{ now: Date }[]>`select deploy_queue._now() as now`;
  return row?.now.getTime() ?? Number.NaN;
}

test("stop-on-cancel says where it has no effect", async () => {
  const given = inputs("job", newPlace(), { "stop-on-cancel": "true" });

  const main = await runStep(given);

  expect(annotations(main, "warning")).toContainEqual(expect.stringContaining("stop-on-cancel has no effect here"));
  expect((await runStep(given, { state: main.state })).code).toBe(0);
});
