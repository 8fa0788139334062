import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import {
  gatedCommand,
  isBlockedBy,
  newPlace,
  type Place,
  useCommandLine,
  useDirectory,
} from "../support/commandLine.js";
import { childrenOf, works } from "../support/processes.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

interface Guarded {
  readonly run: RunningCli;
  readonly keeper: number;
  readonly watchdog: number;
  readonly id: number;
  /** Of the command and of its child, which both go on for ever. */
  readonly pids: readonly [number, number];
}

const asYouLike = "echo asked to end; exit 7";
const never = "";

/** A command that has a child. At SIGTERM it does what it is told to. */
async function guarded(
  place: Place,
  options: readonly string[] = [],
  onTerm = asYouLike,
  url = cli.url,
): Promise<Guarded> {
  const loop = "while :; do sleep 0.05; done";
  const script = `trap "${onTerm}" TERM; (${loop}) & echo "pids $$ $! $DEPLOY_QUEUE_DEPLOYMENT_ID"; ${loop}`;
  const run = cli.launch(["run", ...place.options, ...options, "--", "sh", "-c", script], {
    DEPLOY_QUEUE_DATABASE_URL: url,
  });
  const [, command, child, id] = await run.printed(/^pids (\d+) (\d+) (\d+)$/m);
  const keeper = run.process.pid ?? 0;
  const [watchdog = 0] = childrenOf(keeper);
  return { run, keeper, watchdog, id: Number(id), pids: [Number(command), Number(child)] };
}

const ended = (pids: readonly number[]) => until("the command and its child have ended", () => !pids.some(works));

describe.skipIf(process.platform !== "linux")("the command of a run", () => {
  test("ends with its child when the run is killed", async () => {
    const { run, pids } = await guarded(newPlace());

    run.process.kill("SIGKILL");

    await ended(pids);
    expect((await run.end).stdout).toContain("asked to end");
  });

  test("frees its cell when the run is killed, once no process of it is left", async () => {
    const place = newPlace();
    const { run, pids, id } = await guarded(place, ["--grace-period", "500ms"], never);
    const next = cli.launch([
      ...["run", ...place.options, "--", "sh", "-c", 'grep -s "^State:.[RSDT]" "$0" "$1" || echo alone'],
      ...pids.map((pid) => `/proc/${pid}/status`),
    ]);
    await isBlockedBy(next, id);

    run.process.kill("SIGKILL");

    expect(await next.end).toMatchObject({ code: 0, stdout: "alone\n" });
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: "the command was ended, since the process that kept it was gone",
    });
  });

  test("is stopped when it was asked to and the run is killed meanwhile", async () => {
    const { run, pids, id } = await guarded(newPlace(), ["--grace-period", "1s"], never);
    await cli.queue.cancel(id, "not this one");
    await run.printed(/stopping the command/);

    run.process.kill("SIGKILL");

    await until("the stop is confirmed", async () => (await cli.row(id)).status === "cancelled");
    expect(pids.some(works)).toBe(false);
    expect(await cli.row(id)).toMatchObject({ cancellation_kind: "stopped", cancellation_note: "not this one" });
  });

  test.each([
    ["finished", 0],
    ["failed", 3],
  ])("is %s when the run is killed after its end with %i, before the database knows", async (status, code) => {
    const proxy = await startProxy(cli.url);
    const gate = join(directory, `gate-${code}`);
    const script = `echo pid $$ $DEPLOY_QUEUE_DEPLOYMENT_ID; until [ -e "$0" ]; do sleep 0.05; done; exit ${code}`;
    const run = cli.launch(["run", ...newPlace().options, "--", "sh", "-c", script, gate], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    const [, pid, id] = await run.printed(/^pid (\d+) (\d+)$/m);
    proxy.refuse();
    await run.printed(/trying again/);
    writeFileSync(gate, "");
    await until("the command has ended", () => !works(Number(pid)));

    run.process.kill("SIGKILL");
    proxy.recover();

    await until("the end is told", async () => (await cli.row(Number(id))).status !== "running");
    expect((await cli.row(Number(id))).status).toBe(status);
  });

  test("is killed when the run is killed and it ignores SIGTERM", async () => {
    const { run, pids, watchdog } = await guarded(newPlace(), ["--grace-period", "100ms"], never);

    run.process.kill("SIGKILL");

    await ended(pids);
    await until("the watchdog has ended", () => !works(watchdog));
  });

  test("ends before the lease is over when the run is suspended, and the run says so when it goes on", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const place = newPlace(environment);
    const { run, pids, id } = await guarded(place);
    const next = cli.launch([
      ...["run", ...place.options, "--", "sh", "-c", 'grep -s "^State:.[RSDT]" "$0" "$1" || echo alone'],
      ...pids.map((pid) => `/proc/${pid}/status`),
    ]);
    await isBlockedBy(next, id);
    run.process.kill("SIGSTOP");
    onTestFinished(() => void run.process.kill("SIGCONT"));

    expect(await next.end).toMatchObject({ code: 0, stdout: "alone\n" });

    run.process.kill("SIGCONT");
    const { code, stderr } = await run.end;
    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: deployment \d+ \(api\) had no contact to the database for .*$/m);
  });

  test("ends when --max-duration is over while the run is suspended", async () => {
    const { run, pids } = await guarded(newPlace(), ["--max-duration", "2s"]);
    run.process.kill("SIGSTOP");
    onTestFinished(() => void run.process.kill("SIGCONT"));

    await ended(pids);

    run.process.kill("SIGCONT");
    expect(await run.end).toMatchObject({ code: 5 });
  });

  test("ends before the lease is over when the database is away, and the run exits with 7", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const proxy = await startProxy(cli.url);
    const options = ["--outage-timeout", "1s", "--grace-period", "30s"];
    const { run, pids } = await guarded(newPlace(environment), options, asYouLike, proxy.url);
    await run.printed(/the command has 1s to end when it is stopped/);
    proxy.refuse();

    await ended(pids);

    const { code, stderr } = await run.end;
    expect(code).toBe(7);
    expect(stderr.match(/^deploy-queue: .*$/gm)).toEqual([expect.stringMatching(/had no contact to the database/)]);
  });

  test("goes on with --on-lost-contact continue, and its end is told when the database is back", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "1 second" });
    const proxy = await startProxy(cli.url);
    const gate = gatedCommand(directory);
    const place = newPlace(environment);
    const run = cli.launch(["run", ...place.options, "--on-lost-contact", "continue", "--", ...gate.command], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    await run.printed(/^ready$/m);
    const started = Date.now();
    proxy.refuse();
    await until("more than the lease is over", () => Date.now() - started > 1_500);
    proxy.recover();
    gate.open();

    const { code } = await run.end;
    expect(code).toBe(0);
    const [row] = await cli.sql`
      select status from deploy_queue.deployments_with_status where region = ${place.region}`;
    expect(row).toEqual({ status: "finished" });
  });

  test("ends when --max-duration is over, also when nobody waits", async () => {
    const { run, pids, id } = await guarded(newPlace(), ["--max-duration", "1s"]);

    const { code, stderr } = await run.end;

    await ended(pids);
    expect(code).toBe(5);
    expect(stderr).toContain("it ran for longer than 1s");
    expect(await cli.events(id)).toEqual(["enqueued", "started", "stopping", "cancelled"]);
  });

  test("ends when its watchdog is killed, and the deployment has failed", async () => {
    const { run, pids, watchdog, id } = await guarded(newPlace());

    process.kill(watchdog, "SIGKILL");

    expect((await run.end).code).toBe(137);
    await ended(pids);
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: "the command was ended, since its watchdog had ended",
    });
  });

  test("ends when it kills its watchdog as the first thing that it does, which has no time to tell of it", async () => {
    const script = "kill -9 $PPID; echo $$; while :; do sleep 0.05; done";
    const { code, stdout, stderr } = await cli.run(["run", ...newPlace().options, "--", "sh", "-c", script]);

    expect(code, stderr).toBe(137);
    expect(stderr).toContain("its watchdog had ended");
    await ended([Number(stdout)]);
  });

  test("ends when its deployment is cancelled while its watchdog is suspended", async () => {
    const { run, pids, watchdog, id } = await guarded(newPlace(), ["--grace-period", "100ms"]);
    process.kill(watchdog, "SIGSTOP");

    await cli.queue.cancel(id);

    expect((await run.end).code).toBe(5);
    await ended(pids);
  });

  test("keeps the cell until the child that it leaves behind has ended by itself", async () => {
    const file = join(directory, "late");
    const place = newPlace();
    const script = `(sleep 0.5; echo "the child has ended" >'${file}') & exit 0`;

    const { code } = await cli.runProcess(["run", ...place.options, "--", "sh", "-c", script]);

    expect(code).toBe(0);
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe("the child has ended\n");
  });

  test("takes a child that it leaves behind with it after the grace period, and is finished all the same", async () => {
    const script = '(trap "" TERM; while :; do sleep 0.05; done) & echo "child $!"; exit 0';

    const run = cli.launch(["run", ...newPlace().options, "--grace-period", "700ms", "--", "sh", "-c", script]);

    const { code, stdout, stderr } = await run.end;
    expect(code).toBe(0);
    expect(works(Number(/child (\d+)/.exec(stdout)?.[1]))).toBe(false);
    expect(stderr).toMatch(
      /the command has exited, and processes that it has started still run; they have 700ms to end/,
    );
  });

  test("takes a child with it that ignores SIGTERM for long after the run was killed", async () => {
    const script = 'trap "exit 0" TERM; (trap "" TERM; while :; do sleep 0.05; done) & echo "child $!"; wait';
    const run = cli.launch(["run", ...newPlace().options, "--grace-period", "1500ms", "--", "sh", "-c", script]);
    const [, child] = (await run.printed(/child (\d+)/)).map(Number);

    run.process.kill("SIGKILL");

    await ended([child ?? 0]);
  });

  test("may signal its parent, which means the run", async () => {
    const { run, watchdog } = await guarded(newPlace());

    process.kill(watchdog, "SIGTERM");

    expect((await run.end).code).toBe(7);
  });
});
