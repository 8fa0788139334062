import { type ChildProcess, fork, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { HeartbeatOrder } from "../../src/action/heartbeatProcess.js";
import { processExists } from "../../src/database/embedded/files.js";
import {
  actionFile,
  annotations,
  root,
  runnerTemp,
  runStep,
  type StepEnd,
  startStep,
  stepInputs,
} from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

interface Job {
  readonly given: Readonly<Record<string, string>>;
  readonly main: StepEnd;
  readonly id: number;
  readonly heartbeats: { readonly pid: number; readonly log: () => string };
}

async function startJob(place: Place = newPlace(), more: Readonly<Record<string, string>> = {}): Promise<Job> {
  const given = inputs("job", place, more);
  const main = await runStep(given);
  const id = Number(main.outputs["deployment-id"]);
  return { given, main, id, heartbeats: heartbeatsOf(id) };
}

/** The background process says in its log which one it is; it is ended with the test. */
function heartbeatsOf(id: number, directory = runnerTemp()): Job["heartbeats"] {
  const log = (): string => readFileSync(join(directory, `deploy-queue-heartbeats-${id}.log`), "utf8");
  const pid = Number(/process (\d+) sends heartbeats/.exec(log())?.[1]);
  onTestFinished(() => {
    if (processExists(pid)) process.kill(pid, "SIGKILL");
  });
  return { pid, log };
}

/** The background process alone, as the main step starts it. */
function sendHeartbeats(id: number, databaseUrl: string, stdout: "pipe" | number): ChildProcess {
  const stdio: StdioOptions = ["ignore", stdout, "inherit", "ipc"];
  const child = fork(join(root, "dist/action.cjs"), ["heartbeats"], { stdio });
  onTestFinished(() => void child.kill("SIGKILL"));
  const order: HeartbeatOrder = {
    id,
    keeper: "keeper",
    stopOnCancel: false,
    address: { url: databaseUrl },
    applicationName: "heartbeats",
    surroundings: { step: process.pid, parent: process.ppid, directory: undefined, endFile: "/nowhere" },
    runner: undefined,
  };
  child.send(order);
  return child;
}

function hasEnded({ heartbeats }: Pick<Job, "heartbeats">): Promise<true> {
  return until("the background process has ended", () => !processExists(heartbeats.pid) || undefined);
}

const jobPage = "https://github.com/org/repo/actions/runs/1001/job/5001";

describe("the end of a job", () => {
  test("finishes its deployment when the job succeeded", async () => {
    const job = await startJob();

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });

    expect(post.code).toBe(0);
    expect((await cli.row(job.id)).status).toBe("finished");
    expect(await cli.events(job.id)).toEqual(["enqueued", "started", "finished"]);
    expect(post.summary).toContain("Deployment finished");
    await hasEnded(job);
  });

  test.each([
    ["failure", "the job failed", "failed"],
    ["cancelled", "the job was cancelled", "cancelled"],
  ] as const)("ends its deployment with a link when the job ended as %s", async (jobStatus, why, status) => {
    const job = await startJob();

    const post = await runStep(job.given, { state: job.main.state, jobStatus });

    expect(post.code).toBe(0);
    expect(await cli.row(job.id)).toMatchObject({ status, cancellation_note: `${why}: ${jobPage}` });
    expect(post.summary).toContain(`Deployment ${status}`);
    await hasEnded(job);
  });

  test("cancels it when the outcome of the job is unknown", async () => {
    const job = await startJob();

    await runStep({ ...job.given, "job-status": "" }, { state: job.main.state });

    expect(await cli.row(job.id)).toMatchObject({
      cancellation_note: `the job ended, and its outcome is unknown: ${jobPage}`,
    });
  });

  test("is fine with a deployment that a step with mode finish has ended before", async () => {
    const job = await startJob();
    await runStep({ mode: "finish", "database-url": cli.url, "deployment-id": String(job.id) });

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });

    expect(post.code).toBe(0);
    expect(annotations(post, "error")).toEqual([]);
    expect(post.log).toContain("had ended before: it finished");
    expect((await cli.row(job.id)).status).toBe("finished");
  });

  test("fails when a step with mode cancel has ended the deployment, which nothing tells from a cancellation by others", async () => {
    const job = await startJob();
    const cancel = await runStep({ mode: "cancel", "database-url": cli.url, "deployment-id": String(job.id) });
    expect(cancel.code).toBe(0);
    expect((await cli.row(job.id)).status).toBe("cancelled");

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });

    expect(post.code).toBe(1);
    expect(annotations(post, "error")).toEqual([expect.stringContaining("by ")]);
  });

  test.each([
    ["success", "finished", "finished, since the request to stop came too late"],
    ["failure", "cancelled", "was cancelled"],
    ["cancelled", "cancelled", "was cancelled"],
  ] as const)(
    "frees the cell of a deployment that is being stopped, and says who asked, when the job ended as %s",
    async (jobStatus, status, fate) => {
      const job = await startJob();
      await cli.run(["cancel", "deployment", String(job.id), "--cancellation-note", "release pulled back"]);
      expect((await cli.row(job.id)).status).toBe("stopping");

      const post = await runStep(job.given, { state: job.main.state, jobStatus });

      expect(post.code).toBe(1);
      expect((await cli.row(job.id)).status).toBe(status);
      expect(annotations(post, "error")).toEqual([
        expect.stringMatching(
          `${fate}: release pulled back; by .*\\(deploy-queue cancel deployment\\), while the job ran`,
        ),
      ]);
      expect(post.outputs["deployment-cancelled-by"]).toMatch(/\(deploy-queue cancel deployment\)$/);
      expect(job.heartbeats.log()).toContain("to stop: release pulled back");
      await hasEnded(job);
    },
  );

  test("fails though the other one gave itself the actor and the application name of the job", async () => {
    const job = await startJob();
    const other = cli.connect();
    await other`select set_config('application_name', 'deploy-queue action 1001/5001 org/repo', false)`;
    await other`select deploy_queue.cancel(${job.id}, 'forged', force => true)`;

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });

    expect(post.code).toBe(1);
    expect(annotations(post, "error")).toEqual([expect.stringContaining("was cancelled: forged; by ")]);
  });

  test("says so when the deployment ran for too long", async () => {
    const job = await startJob(newPlace(), { "max-duration": "1s" });
    await until("it is asked to stop", async () => (await cli.row(job.id)).status === "stopping" || undefined);

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "failure" });

    expect(post.code).toBe(1);
    expect(annotations(post, "error")).toEqual([
      expect.stringContaining("was cancelled: it ran for longer than 1s; by "),
    ]);
  });

  test("adds nothing when the wait was given up", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const step = startStep(inputs("job", place));
    await step.printed(new RegExp(`deployment ${holder} `));
    step.process.kill("SIGINT");
    const main = await step.end;

    const post = await runStep(inputs("job", place), { state: main.state, jobStatus: "cancelled" });

    expect(post.code).toBe(0);
    expect(annotations(post, "error")).toEqual([]);
    expect(await cli.events(Number(main.outputs["deployment-id"]))).toEqual(["enqueued", "cancelled"]);
  });

  test("gives the place up when the step that waited was killed", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const step = startStep(inputs("job", place));
    await step.printed(new RegExp(`deployment ${holder} `));
    step.process.kill("SIGKILL");
    const main = await step.end;

    const post = await runStep(inputs("job", place), { state: main.state, jobStatus: "cancelled" });

    expect(post.code).toBe(0);
    expect(await cli.row(Number(main.outputs["deployment-id"]))).toMatchObject({
      status: "cancelled",
      cancellation_note: `the job was cancelled: ${jobPage}`,
    });
  });

  test("finishes its deployment though the log of the heartbeats cannot be read", async () => {
    const job = await startJob();
    const log = join(runnerTemp(), `deploy-queue-heartbeats-${job.id}.log`);
    rmSync(log);
    mkdirSync(log);

    const post = await runStep(job.given, { state: job.main.state });

    expect(post.code).toBe(0);
    expect((await cli.row(job.id)).status).toBe("finished");
  });

  test.each(["job", "start"])("does nothing when the step with mode %s was killed before it began", async (mode) => {
    const place = newPlace();

    const post = await runStep(inputs(mode, place), { state: {}, jobStatus: "cancelled" });

    expect(post).toMatchObject({ code: 0, log: "" });
    expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toEqual([]);
  });

  test("waits for a database that is away for a moment", async () => {
    const proxy = await startProxy(cli.url);
    const job = await startJob(newPlace(), { "database-url": proxy.url });
    proxy.refuse();
    const post = startStep(job.given, { state: job.main.state, jobStatus: "success" });
    await post.printed(/::warning::.*trying again/);

    proxy.recover();

    expect((await post.end).code).toBe(0);
    expect((await cli.row(job.id)).status).toBe("finished");
    await hasEnded(job);
  });
});

describe("the heartbeats of a job", () => {
  test("are sent by a process that outlives the step, until the deployment has ended", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const job = await startJob(newPlace(environment));
    const first = (await cli.row(job.id)).heartbeat_timestamp?.getTime() ?? Number.NaN;

    await until("it has been kept alive for longer than it would have lived by itself", async () => {
      const row = await cli.row(job.id);
      return (row.heartbeat_timestamp?.getTime() ?? 0) > first + 3_100 || undefined;
    });
    await cli.queue.upkeep.reapStaleDeployments();

    expect((await cli.row(job.id)).status).toBe("running");
    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });
    expect(post.log).toMatch(
      new RegExp(`::group::Heartbeats\n(?:.*\n)?.*process ${job.heartbeats.pid} sends heartbeats`),
    );
    await hasEnded(job);
    expect(job.heartbeats.log()).toContain(`deployment ${job.id} (api@v1) has ended`);
  });

  test("keep the password and the inputs out of sight of other steps", async () => {
    const job = await startJob();

    const [arguments_, environment] = ["cmdline", "environ"].map((file) =>
      readFileSync(`/proc/${job.heartbeats.pid}/${file}`, "utf8"),
    );

    expect(arguments_).not.toContain("postgres://");
    expect(environment).not.toContain("postgres://");
    expect(environment).not.toContain("INPUT_");
    await runStep(job.given, { state: job.main.state });
    await hasEnded(job);
  });

  test("are sent once the database is there, also when the step has not waited for the first one", async () => {
    const id = await cli.running(newPlace());
    const proxy = await startProxy(cli.url);
    proxy.refuse();
    const child = sendHeartbeats(id, proxy.url, "pipe");
    let printed = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk;
    });
    await until("it tries again", () => printed.includes("trying again") || undefined);
    child.disconnect();

    proxy.recover();
    await until("there is a heartbeat", async () => (await cli.row(id)).heartbeat_timestamp ?? undefined);

    const ended = once(child, "exit");
    await cli.queue.finish(id);
    expect(await ended).toEqual([0, null]);
    expect(printed).toContain(`deployment ${id} (holder) has ended`);
  });

  test.skipIf(!existsSync("/dev/full"))("go on when there is no room for their log", async () => {
    const id = await cli.running(newPlace());
    const full = openSync("/dev/full", "w");
    const child = sendHeartbeats(id, cli.url, full);
    closeSync(full);
    await until("there is a heartbeat", async () => (await cli.row(id)).heartbeat_timestamp ?? undefined);

    const ended = once(child, "exit");
    await cli.queue.finish(id);
    expect(await ended).toEqual([0, null]);
  });

  test("survive the loss of their connection", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "1 second" });
    const job = await startJob(newPlace(environment));
    await cli.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'deploy-queue action %'`;
    const before = (await cli.row(job.id)).heartbeat_timestamp?.getTime() ?? Number.NaN;

    await until("there is another heartbeat", async () => {
      const row = await cli.row(job.id);
      return (row.heartbeat_timestamp?.getTime() ?? 0) > before || undefined;
    });

    await runStep(job.given, { state: job.main.state });
    await hasEnded(job);
  });

  test("that cannot be sent cancel the deployment and fail the step", async () => {
    const preload = join(runnerTemp(), "preload.cjs");
    writeFileSync(preload, 'if (process.argv[2] === "heartbeats") { console.error("no room"); process.exit(3); }');

    const main = await runStep(inputs("job", newPlace()), { env: { NODE_OPTIONS: `--require=${preload}` } });

    expect(main.code).toBe(1);
    expect(annotations(main, "error")).toEqual([
      expect.stringContaining("the background process cannot send heartbeats: the process ended with 3; no room"),
    ]);
    expect(await cli.row(Number(main.outputs["deployment-id"]))).toMatchObject({
      status: "cancelled",
      cancellation_note: expect.stringContaining("the background process cannot send heartbeats"),
    });
  });

  test("that have nowhere to be logged cancel the deployment and fail the step", async () => {
    const main = await runStep(inputs("job", newPlace()), { env: { RUNNER_TEMP: "/nowhere" } });

    expect(main.code).toBe(1);
    expect(annotations(main, "error")).toEqual([expect.stringContaining("/nowhere/deploy-queue-heartbeats-")]);
    expect((await cli.row(Number(main.outputs["deployment-id"]))).status).toBe("cancelled");
  });

  test("end with the parent of the step, if that has outlived the step, and leave the deployment to be reaped", async () => {
    const runner = await startRunner("own-temp");
    const heartbeats = heartbeatsOf(runner.id, runner.temp);
    // By then, the background process knows which process is the runner.
    await until("the runner is known", () => heartbeats.log().includes("is the runner") || undefined);

    runner.process.kill("SIGKILL");
    await once(runner.process, "exit");

    await hasEnded({ heartbeats });
    expect(heartbeats.log()).toContain("the runner is gone");
    expect((await cli.row(runner.id)).status).toBe("running");
  });

  test("go on when the parent of the step was a shell that ended with the step", async () => {
    const runner = await startRunner("shell-temp");
    const heartbeats = heartbeatsOf(runner.id, runner.temp);

    runner.process.stdin.end("\n");
    await once(runner.process, "exit");

    await until("it looks for other signs", () => heartbeats.log().includes("is not the runner") || undefined);
    expect(processExists(heartbeats.pid)).toBe(true);
    await cli.queue.finish(runner.id);
    await hasEnded({ heartbeats });
  });

  test.each([
    ["removed", false],
    ["replaced by that of another job", true],
  ])("end when the directory of the job is %s", async (_, again) => {
    const runner = await startRunner(`temp-${again}`);
    const heartbeats = heartbeatsOf(runner.id, runner.temp);

    renameSync(runner.temp, `${runner.temp}-gone`);
    if (again) mkdirSync(runner.temp);

    await hasEnded({ heartbeats });
    expect((await cli.row(runner.id)).status).toBe("running");
  });

  test("end with the post step, also when it has not reached the database", async () => {
    const proxy = await startProxy(cli.url);
    const job = await startJob(newPlace(), { "database-url": proxy.url, "outage-timeout": "1ms" });
    proxy.refuse();

    const post = await runStep(job.given, { state: job.main.state, jobStatus: "success" });

    expect(post.code).toBe(1);
    await hasEnded(job);
    expect((await cli.row(job.id)).status).toBe("running");
  });
});

test("the post step needs no input but the outcome, and masks what the main step has left for it", async () => {
  const job = await startJob();
  const nothing = Object.fromEntries(Object.keys(actionFile.inputs).map((name) => [name, ""]));

  const post = await runStep({ ...nothing, "job-status": "failure" }, { state: job.main.state });

  expect(post.code).toBe(0);
  expect(await cli.row(job.id)).toMatchObject({ status: "failed", cancellation_note: `the job failed: ${jobPage}` });
  expect(job.main.log).toContain(`::add-mask::${cli.url}`);
  expect(post.log).toContain(`::add-mask::${cli.url}`);
});

/** A process that runs the step as a runner does, and goes on until its input ends. */
async function startRunner(name: string) {
  const temp = join(runnerTemp(), name);
  mkdirSync(temp);
  const given = inputs("job", newPlace());
  const script = join(import.meta.dirname, "../../dist/action.cjs");
  const runner = spawn("bash", ["--norc", "-c", `"$0" "$1"; echo over; read -r`, process.execPath, script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...{ PATH: process.env["PATH"], RUNNER_TEMP: temp },
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  });
  onTestFinished(() => void runner.kill("SIGKILL"));
  let printed = "";
  runner.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  await until("the step has ended", () => printed.endsWith("over\n") || undefined);
  return { process: runner, temp, id: Number(/deployment (\d+) \(api@v1\) started/.exec(printed)?.[1]) };
}
