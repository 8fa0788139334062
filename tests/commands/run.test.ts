import { chmodSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { gatedCommand, isBlockedBy, newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { killWithChildren } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

async function onlyRow(region: string) {
  const rows = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${region} and component = 'api'`;
  expect(rows).toHaveLength(1);
  return cli.row(rows[0]?.id ?? 0);
}

describe("a command that is not behind --", () => {
  test.for([
    ["run", "./deploy.sh", "--environment", "prod"],
    ["run", "./deploy.sh", "--", "--note", "hi"],
    ["stage", "./deploy.sh", "--version", "v9"],
  ])("%s %s %s %s is refused before anything happens", async ([command = "", ...words]) => {
    const place = newPlace();
    const { code, stdout, stderr } = await cli.run([command, ...place.options, ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deploy-queue: put "--" before the command that is to run: -- \.\/deploy\.sh/);
    expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toHaveLength(0);
  });
});

describe("run", () => {
  test("finishes the deployment when its command exits with 0", async () => {
    const place = newPlace();

    const { code } = await cli.runProcess(["run", ...place.options, "--", "true"]);

    expect(code).toBe(0);
    const row = await onlyRow(place.region);
    expect(row.status).toBe("finished");
    expect(await cli.events(row.id)).toEqual(["enqueued", "started", "finished"]);
  });

  test("tells the command its deployment id, and leaves stdout to the command", async () => {
    const place = newPlace();

    const { stdout } = await cli.runProcess([
      ...["run", ...place.options, "--", "sh", "-c"],
      'echo "id=$DEPLOY_QUEUE_DEPLOYMENT_ID"',
    ]);

    expect(stdout).toBe(`id=${(await onlyRow(place.region)).id}\n`);
  });

  test("hands the command its arguments as they are", async () => {
    const { stdout } = await cli.runProcess([
      ...["run", ...newPlace().options, "--", "printf", "[%s]"],
      ...["--skip-migrations", "", "a b", "$HOME", "--", "--version"],
    ]);

    expect(stdout).toBe("[--skip-migrations][][a b][$HOME][--][--version]");
  });

  test.each([
    ["passes the exit code of its command on", ["sh", "-c", "exit 3"], 3, "the command exited with code 3"],
    ["answers 128 + n for a command ended by a signal", ["sh", "-c", "kill -KILL $$"], 137, "was ended by SIGKILL"],
    [
      "answers 127 for a command that does not exist",
      ["no-such-command"],
      127,
      "could not be started: there is no no-such-command",
    ],
    [
      "answers 126 for a command that cannot be executed",
      ["/etc/passwd"],
      126,
      "could not be started: /etc/passwd may not be executed",
    ],
  ])("%s, and the deployment has failed", async (_, command, exitCode, note) => {
    const place = newPlace();

    const { code, stderr } = await cli.runProcess(["run", ...place.options, "--", ...command]);

    expect(code).toBe(exitCode);
    const row = await onlyRow(place.region);
    expect(row.status).toBe("failed");
    expect(row.cancellation_note).toContain(note);
    expect(stderr).toContain(note);
  });

  test("answers 127 for an unknown command also when a folder in PATH may not be entered", async () => {
    const closed = mkdtempSync(join(tmpdir(), "closed-"));
    chmodSync(closed, 0o000);
    onTestFinished(() => rmdirSync(closed));

    const { code } = await cli.runProcess(["run", ...newPlace().options, "--", "no-such-command"], {
      PATH: `${closed}:${process.env["PATH"]}`,
    });

    expect(code).toBe(127);
  });

  test("refuses an empty command before it enters the line", async () => {
    const before = await cli.counts();

    const { code, stderr } = await cli.runProcess(["run", ...newPlace().options, "--", ""]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: .*command.*\n$/);
    expect(await cli.counts()).toEqual(before);
  });

  test("writes deployment-id nowhere on stdout and starts only after the previous run has ended", async () => {
    const place = newPlace();
    const gated = gatedCommand(directory);
    const first = cli.launch(["run", ...place.options, "--", ...gated.command]);
    await first.printed(/^ready$/m);
    const { id } = await onlyRow(place.region);
    const second = cli.launch(["run", ...place.options, "--", "true"]);
    await isBlockedBy(second, id);

    gated.open();

    expect(await first.end).toMatchObject({ code: 0, stdout: "ready\n" });
    expect(await second.end).toMatchObject({ code: 0, stdout: "" });
    const events = await cli.sql<{ kind: string; first: boolean }[]>`
      select kind, deployment_id = ${id} as first from deploy_queue.deployment_events
      join deploy_queue.deployments on deployments.id = deployment_id
      where deployments.region = ${place.region} and kind in ('started', 'finished') order by deployment_events.id`;
    expect(events.map((event) => `${event.first ? "first" : "second"} ${event.kind}`)).toEqual([
      "first started",
      "first finished",
      "second started",
      "second finished",
    ]);
  });

  test("keeps its deployment alive for longer than the heartbeat timeout", async () => {
    const place = newPlace(await cli.environment({ heartbeatTimeout: "3 seconds" }));
    const gated = gatedCommand(directory);
    const run = cli.launch(["run", ...place.options, "--", ...gated.command]);
    await run.printed(/^ready$/m);

    await until("a heartbeat came after the timeout", async () => {
      await cli.queue.deployment((await onlyRow(place.region)).id);
      const [row] = await cli.sql<{ later: boolean }[]>`
        select heartbeat_timestamp > start_timestamp + interval '3.1 seconds' as later
        from deploy_queue.deployments where region = ${place.region}`;
      return row?.later;
    });
    expect(await cli.sql`select * from deploy_queue.reap_stale_deployments()`).toHaveLength(0);
    gated.open();

    expect((await run.end).code).toBe(0);
  });

  test("holds one connection while its command runs", async () => {
    const gated = gatedCommand(directory);
    const run = cli.launch(["run", ...newPlace().options, "--", ...gated.command]);
    await run.printed(/^ready$/m);

    const backends = await cli.sql`
      select from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue run'`;

    expect(backends).toHaveLength(1);
    gated.open();
    await run.end;
  });

  test("frees the cell after the heartbeat timeout when it is killed with its watchdog, without any worker", async () => {
    const place = newPlace(await cli.environment({ heartbeatTimeout: "1 minute" }));
    const gated = gatedCommand(directory);
    const killed = cli.launch(["run", ...place.options, "--", ...gated.command]);
    await killed.printed(/^ready$/m);
    const { id } = await onlyRow(place.region);
    killWithChildren(killed.process.pid ?? 0);
    await until("it is gone", () => killed.process.signalCode !== null);
    await cli.advance("61 seconds");

    const { code } = await cli.runProcess(["run", ...place.options, "--", "true"]);

    expect(code).toBe(0);
    expect(await cli.events(id)).toEqual(["enqueued", "started", "reaped"]);
  });
});
