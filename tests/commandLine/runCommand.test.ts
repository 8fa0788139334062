import { describe, expect, test } from "vitest";
import { programWords, type RunningCli } from "../support/cli.js";
import { gatedCommand, newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { startProxy } from "../support/proxy.js";
import { openSession } from "../support/session.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

/** Runs a shell script that prints "ready" when it is, and what it is and deploys. */
async function runScript(script: string, options: readonly string[] = []): Promise<Running> {
  const preamble = 'echo "process $$ deployment $DEPLOY_QUEUE_DEPLOYMENT_ID"';
  const run = cli.launch(["run", ...newPlace().options, ...options, "--", "sh", "-c", `${preamble}; ${script}`]);
  const [, pid, id] = await run.printed(/process (\d+) deployment (\d+)/);
  await run.printed(/^ready$/m);
  return { run, pid: Number(pid), id: Number(id) };
}

interface Running {
  readonly run: RunningCli;
  readonly pid: number;
  readonly id: number;
}

const forever = "while :; do sleep 0.05; done";

describe("a running command whose deployment an operator cancels", () => {
  test("gets SIGTERM, and run exits with 5 and shows the note", async () => {
    const { run, id } = await runScript(`trap "echo stopping; exit 0" TERM; echo ready; ${forever}`);

    await cli.queue.cancel(id, "failing health checks");

    const { code, stdout, stderr } = await run.end;
    expect(code).toBe(5);
    expect(stdout).toContain("stopping");
    expect(stderr).toContain("failing health checks");
    expect(await cli.events(id)).toEqual(["enqueued", "started", "stopping", "cancelled"]);
  });

  test("is stopped with everything that it started", async () => {
    const { run, id } = await runScript(`(trap "echo grandchild stops; exit" TERM; echo ready; ${forever}) & wait`);

    await cli.queue.cancel(id);

    const { code, stdout } = await run.end;
    expect(code).toBe(5);
    expect(stdout).toContain("grandchild stops");
  });

  test("gets SIGKILL when it ignores SIGTERM", async () => {
    const { run, id, pid } = await runScript(`trap "" TERM; echo ready; ${forever}`, ["--grace-period", "100ms"]);

    await cli.queue.cancel(id);

    expect((await run.end).code).toBe(5);
    expect(exists(pid)).toBe(false);
  });

  test("does not outlive it in a child that ignores SIGTERM", async () => {
    const { run, id } = await runScript(
      `(trap "" TERM; echo "child $(exec sh -c 'echo $PPID')"; ${forever}) & sleep 0.2; echo ready; wait`,
      ["--grace-period", "100ms"],
    );
    const [, child] = await run.printed(/child (\d+)/);

    await cli.queue.cancel(id);

    expect((await run.end).code).toBe(5);
    await until("the child is gone", () => !exists(Number(child)));
  });

  test("makes run exit with 5 when it cancels its deployment itself", async () => {
    const cancel = `${programWords} cancel deployment "$DEPLOY_QUEUE_DEPLOYMENT_ID"; sleep 60`;
    const { code } = await cli.runProcess(
      ["run", ...newPlace().options, "--pass-database-url", "--", "sh", "-c", cancel],
      { DEPLOY_QUEUE_LOG_LEVEL: "error" },
    );

    expect(code).toBe(5);
  });
});

describe("a running command", () => {
  test.each([
    ["SIGINT", "INT"],
    ["SIGTERM", "TERM"],
    ["SIGHUP", "HUP"],
    ["SIGQUIT", "QUIT"],
  ] as const)("gets %s, and its exit code is passed on", async (signal, name) => {
    const { run, id } = await runScript(`trap "echo got ${name}; exit 9" ${name}; echo ready; ${forever}`);

    run.process.kill(signal);

    const { code, stdout } = await run.end;
    expect(code).toBe(9);
    expect(stdout).toContain(`got ${name}`);
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: "the command exited with code 9",
    });
  });

  test("that has its run stopped before anything else is stopped too", async () => {
    const place = newPlace();
    const script = `kill -TERM $PPID; ${forever}`;
    const { code } = await cli.runProcess(["run", ...place.options, "--grace-period", "5s", "--", "sh", "-c", script]);
    expect(code).toBe(143);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that %s ends makes run exit with %i and the deployment has failed", async (signal, exitCode) => {
    const { run, id } = await runScript(`echo ready; ${forever}`);

    run.process.kill(signal);

    expect((await run.end).code).toBe(exitCode);
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: `the command was ended by ${signal}`,
    });
  });

  test("goes on when a heartbeat fails for no outage", async () => {
    const { run, id } = await runScript(`trap "exit 0" USR1; echo ready; ${forever}`);
    const own = await cli.sql<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue run'`;
    await cli.sql`alter function deploy_queue.heartbeat(bigint, text) rename to heartbeat_gone`;
    await cli.sql`select pg_notify(${`deploy_queue_deployment_${id}`}, '')`;
    await run.printed(/a heartbeat failed/);
    await cli.sql`alter function deploy_queue.heartbeat_gone(bigint, text) rename to heartbeat`;
    expect(own).toHaveLength(1);

    const [, command] = await run.printed(/process (\d+)/);
    process.kill(Number(command), "SIGUSR1");

    expect((await run.end).code).toBe(0);
    expect(await cli.events(id)).toEqual(["enqueued", "started", "finished"]);
  });

  test("may finish its deployment itself", async () => {
    const gated = gatedCommand(directory);
    const run = cli.launch(["run", ...newPlace().options, "--", ...gated.command]);
    await run.printed(/^ready$/m);
    const [row] = await cli.sql<{ id: number }[]>`select max(id) as id from deploy_queue.deployments`;
    await cli.queue.finish(row?.id ?? 0);

    gated.open();

    expect((await run.end).code).toBe(0);
    expect(await cli.events(row?.id ?? 0)).toEqual(["enqueued", "started", "finished"]);
  });

  test("may finish its deployment itself and exit as it likes, also when run hears of neither in time", async () => {
    const proxy = await startProxy(cli.url);
    const gate = gatedCommand(directory);
    const command = ["sh", "-c", '"$@"; exit 3', "sh", ...gate.command];
    const run = cli.launch(["run", ...newPlace().options, "--", ...command], { DEPLOY_QUEUE_DATABASE_URL: proxy.url });
    await run.printed(/^ready$/m);
    const [row] = await cli.sql<{ id: number }[]>`select max(id) as id from deploy_queue.deployments`;
    proxy.delay(400);
    await cli.queue.finish(row?.id ?? 0);

    gate.open();

    const { code, stderr } = await run.end;
    expect(code).toBe(3);
    expect(stderr).toContain("had finished when its command exited with code 3");
    expect(await cli.events(row?.id ?? 0)).toEqual(["enqueued", "started", "finished"]);
  });

  test("gets SIGKILL when it ignores a signal for longer than the grace period", async () => {
    const { run, id, pid } = await runScript(`trap "" TERM; echo ready; ${forever}`, ["--grace-period", "100ms"]);

    run.process.kill("SIGTERM");

    expect((await run.end).code).toBe(137);
    expect(exists(pid)).toBe(false);
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: "the command was ended by SIGKILL",
    });
  });

  test("whose name is no line of text is reported all the same", async () => {
    const place = newPlace();

    expect((await cli.runProcess(["run", ...place.options, "--", "no-such\ncommand"])).code).toBe(127);

    const [row] = await cli.sql`
      select status, cancellation_note from deploy_queue.deployments_with_status where region = ${place.region}`;
    expect(row).toMatchObject({
      status: "failed",
      cancellation_note: "the command could not be started: there is no no-such command",
    });
  });

  test("goes on when the connection of run is lost, and its deployment finishes", async () => {
    const gated = gatedCommand(directory);
    const run = cli.launch(["run", ...newPlace().options, "--", ...gated.command]);
    await run.printed(/^ready$/m);
    const [row] = await cli.sql<{ id: number; terminated: boolean }[]>`
      select pg_terminate_backend(pid) as terminated, (select max(id) from deploy_queue.deployments) as id
      from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue run'`;
    expect(row?.terminated).toBe(true);

    gated.open();

    expect((await run.end).code).toBe(0);
    expect(await cli.events(row?.id ?? 0)).toEqual(["enqueued", "started", "finished"]);
  });
});

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a command that ends while a transaction keeps its cell locked is finished once the lock is free", async () => {
  await cli.sql`alter function deploy_queue._lock_cell_in_time set lock_timeout = '50ms'`;
  const place = newPlace();
  const { command, open } = gatedCommand(directory);
  const run = cli.launch(["run", ...place.options, "--", ...command]);
  await run.printed(/^ready$/m);
  const forgotten = await openSession(cli);
  await forgotten.begin();
  await forgotten.sql`select deploy_queue.enqueue(${place.environment}, 'aws', ${place.region}, 0, 'web')`;

  open();
  await run.printed(/is locked by session \d+ of .*; trying again/);
  await forgotten.rollback();

  const { code, stderr } = await run.end;
  expect(code).toBe(0);
  expect(stderr).toContain("the lock is free again");
  expect(stderr).not.toContain("the queue answers again");
});
