import { type ChildProcess, spawn } from "node:child_process";
import { expect, test } from "vitest";
import { program } from "../support/cli.js";
import { isBlockedBy, newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { killLater } from "../support/leftovers.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

/** The command line as a child of another process. */
function underShell(script: string, place: Place): ChildProcess {
  const shell = spawn("sh", ["-c", script, ...program, "start", ...place.options], {
    env: { PATH: process.env["PATH"], CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url },
    stdio: "ignore",
  });
  killLater(shell);
  return shell;
}

async function waiting(place: Place, holder: number): Promise<number> {
  return until("it waits", async () => {
    const [row] = await cli.sql<{ id: number }[]>`
      select id from deploy_queue.deployments where region = ${place.region} and id > ${holder}`;
    return row?.id;
  });
}

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a start gives its place up when %s ends the script around it",
  async (signal) => {
    const place = newPlace();
    const shell = underShell('"$0" "$@"; exit $?', place);
    const id = await waiting(place, await cli.running(place));

    shell.kill(signal);

    await until("its place is given up", async () => (await cli.row(id)).status === "cancelled");
    expect((await cli.row(id)).cancellation_note).toBe(
      "gave up waiting: the process that has started this one is gone",
    );
  },
);

test("a start that has no parent from the beginning waits on", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  underShell('("$0" "$@" &)', place);
  const id = await waiting(place, holder);
  await cli.queue.finish(holder);

  await until("it has started", async () => (await cli.row(id)).status === "running");
});

test.each(["start", "run", "release"])(
  "two signals at once are one: a waiting %s still gives its place up",
  async (command) => {
    const place = newPlace();
    const holder = await cli.running(place);
    const staged =
      command === "release" ? (await cli.run(["stage", ...place.options, "--", "true"])).stdout.trim() : "";
    const of = { start: place.options, run: [...place.options, "--", "true"], release: [staged, "--yes"] }[command];
    const waiter = cli.launch([command, ...(of ?? [])]);
    await isBlockedBy(waiter, holder);

    waiter.process.kill("SIGTERM");
    waiter.process.kill("SIGHUP");

    expect((await waiter.end).code).toBe(5);
    expect((await cli.row(await waiting(place, holder))).status).toBe("cancelled");
  },
);
