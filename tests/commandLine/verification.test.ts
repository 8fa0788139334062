import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CliEnd } from "../support/cli.js";
import { isBlockedBy, newPlace, type Place, useCommandLine, useDirectory } from "../support/commandLine.js";
import { works } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();
let files = 0;

/** A file that is not there yet. */
const newFile = (): string => join(directory, `file-${files++}`);

async function onlyRow({ region }: Place) {
  const [row] = await cli.sql<{ id: number }[]>`select id from deploy_queue.deployments where region = ${region}`;
  return cli.row(row?.id ?? 0);
}

function words(place: Place, options: readonly string[], command: readonly string[] = ["true"]): string[] {
  return ["run", ...place.options, ...options, "--", ...command];
}

/** A run that verifies, and what became of its deployment. */
async function verified(options: readonly string[], command?: readonly string[]) {
  const place = newPlace();
  const end: CliEnd = await cli.runProcess(words(place, options, command));
  return { ...end, row: await onlyRow(place) };
}

const quickly = ["--verify-every", "100ms"];
const hanging = 'echo "check $$ " > "$0"; while :; do sleep 0.05; done';

/** A run whose check hangs, for longer than any test takes. */
async function hangingCheck(options: readonly string[] = []) {
  const place = newPlace();
  const file = newFile();
  const check = hanging.replace("$0", file);
  const run = cli.launch(words(place, ["--verify", check, "--verify-every", "10m", ...options]));
  await until("the check runs", () => existsSync(file));
  const row = await onlyRow(place);
  expect(row.status).toBe("verifying");
  const pid = Number(readFileSync(file, "utf8").split(" ")[1]);
  return { run, id: row.id, pid, place };
}

describe("a deployment that run verifies", () => {
  test("finishes as verified when its check succeeds after the command", async () => {
    const file = newFile();
    const { code, row, stderr } = await verified(["--verify", `test -e ${file}`], ["touch", file]);
    expect(code).toBe(0);
    expect(row).toMatchObject({ status: "finished", verified_at: row.finish_timestamp });
    expect(await cli.events(row.id)).toEqual(["enqueued", "started", "verifying", "finished"]);
    expect(stderr).toContain(`deployment ${row.id} (api) is being verified`);
  });

  test("holds its cell until the check succeeds, and those who wait are told so", async () => {
    const [place, file] = [newPlace(), newFile()];
    const run = cli.launch(words(place, ["--verify", `test -e ${file}`, ...quickly]));
    await run.printed(/is being verified/);
    const { id } = await onlyRow(place);
    const next = cli.begin(["start", ...place.options]);
    await isBlockedBy(next, id);
    await next.printed(/is being verified since \d\d:\d\d:\d\dZ/);
    writeFileSync(file, "");
    expect((await run.end).code).toBe(0);
    expect((await next.end).code).toBe(0);
  });

  test("fails with what its check printed last when that does not succeed in time", async () => {
    const { code, row, stderr } = await verified(
      [
        "--verify",
        "echo earlier; printf '503\\n\\033[31mnot ready' >&2; exit 22",
        "--verify-for",
        "300ms",
        "--verify-every",
        "2s",
      ],
      ["echo", "deployed"],
    );
    expect(code).toBe(4);
    expect(row).toMatchObject({ status: "failed", verified_at: null });
    expect(row.cancellation_note).toMatch(
      /^the check did not succeed within 300ms: it exited with code 22: earlier 503 \[31mnot ready$/,
    );
    expect(stderr).toContain("the check has failed and is run again: it exited with code 22");
  });

  test("fails when its check does not hold", async () => {
    const file = newFile();
    const { code, row } = await verified([
      ...["--verify", `test ! -e ${file} && touch ${file}`, "--verify-hold", "5m", "--verify-every", "2s"],
    ]);
    expect(code).toBe(4);
    expect(row.cancellation_note).toBe("the check succeeded and did not hold for 5m: it exited with code 1");
  });

  test("finishes when its check holds, run for run", async () => {
    const file = newFile();
    const { code } = await verified(["--verify", `echo run >> ${file}`, "--verify-hold", "3s", "--verify-every", "2s"]);
    expect(code).toBe(0);
    expect(readFileSync(file, "utf8").split("\n").length).toBe(4);
  });

  test("fails when its check hangs, which is ended", async () => {
    const file = newFile();
    const { code, row } = await verified(["--verify", hanging.replace("$0", file), "--verify-for", "0", ...quickly]);
    expect(code).toBe(4);
    expect(row.cancellation_note).toBe("the check did not succeed within 0s: it took longer than 100ms");
    const pid = Number(readFileSync(file, "utf8").split(" ")[1]);
    expect(works(pid)).toBe(false);
  });

  test("is not verified when its command fails", async () => {
    const { code, row } = await verified(["--verify", "true"], ["sh", "-c", "exit 3"]);
    expect(code).toBe(3);
    expect(await cli.events(row.id)).toEqual(["enqueued", "started", "failed"]);
  });

  test("is stopped by a cancellation with its check, and rolls nothing back", async () => {
    const { run, id, pid } = await hangingCheck(["--on-failure", "echo rolled back"]);
    await cli.queue.cancel(id, "not this one");
    const { code, stdout } = await run.end;
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(works(pid)).toBe(false);
    expect(await cli.row(id)).toMatchObject({ cancellation_kind: "stopped", cancellation_note: "not this one" });
  });

  test("is stopped when it runs for too long", async () => {
    const { code, row } = await verified(["--verify", "false", "--max-duration", "1s", ...quickly]);
    expect(code).toBe(5);
    expect(row.cancellation_note).toBe("it ran for longer than 1s");
  });

  test("fails at a signal, which its check gets", async () => {
    const { run, id, pid } = await hangingCheck(["--on-failure", "echo rolled back"]);
    run.process.kill("SIGTERM");
    const { code, stdout } = await run.end;
    expect({ code, stdout }).toEqual({ code: 143, stdout: "" });
    expect(works(pid)).toBe(false);
    expect((await cli.row(id)).cancellation_note).toBe("it was not verified before SIGTERM came");
  });

  test("fails when the run is killed, once its check has ended", async () => {
    const { run, id, pid } = await hangingCheck();
    run.process.kill("SIGKILL");
    await until("the end is told", async () => (await cli.row(id)).status === "failed");
    expect(works(pid)).toBe(false);
    expect((await cli.row(id)).cancellation_note).toBe("the check was ended, since the process that kept it was gone");
  });

  test("fails when the run is killed between two runs of its check", async () => {
    const place = newPlace();
    const run = cli.launch(words(place, ["--verify", "false", "--verify-every", "10m"]));
    await run.printed(/is run again/);
    const { id } = await onlyRow(place);
    run.process.kill("SIGKILL");
    await until("the end is told", async () => (await cli.row(id)).status === "failed");
    expect((await cli.row(id)).cancellation_note).toBe("the check exited with code 1");
  });

  test("is checked without the URL of the database, unless that is passed on", async () => {
    const check = 'test "$DEPLOY_QUEUE_DEPLOYMENT_ID" -gt 0 && ! env | grep -q "^DEPLOY_QUEUE_DATABASE_URL=postgres"';
    expect((await verified(["--verify", check])).code).toBe(0);
    expect((await verified(["--verify", check, "--verify-for", "0", "--pass-database-url"])).code).toBe(4);
  });
});

test("with --json, the verification is an event, and the last one has the exit code", async () => {
  const eventsOf = ({ stderr }: CliEnd): { event: string }[] =>
    stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event !== "log");
  expect(eventsOf(await verified(["--json", "--verify", "true"]))).toMatchObject([
    { event: "enqueued" },
    { event: "started" },
    { event: "verifying", deployment: { verifying_since: expect.any(String) } },
    { event: "ended", exit_code: 0, deployment: { verified_at: expect.any(String) } },
  ]);
  const failed = eventsOf(await verified(["--json", "--verify", "false", "--verify-for", "0"]));
  expect(failed.at(-1)).toMatchObject({ event: "ended", exit_code: 4, deployment: { verified_at: null } });
});

describe("--on-failure", () => {
  test("runs while the cell is still held, and its end is in the note", async () => {
    const [place, file] = [newPlace(), newFile()];
    const onFailure = `echo "back from $DEPLOY_QUEUE_DEPLOYMENT_ID"; until [ -e ${file} ]; do sleep 0.05; done; exit 3`;
    const run = cli.launch(words(place, ["--verify", "false", "--verify-for", "0", "--on-failure", onFailure]));
    await run.printed(/^back from \d+$/m);
    expect((await onlyRow(place)).status).toBe("verifying");
    writeFileSync(file, "");
    expect((await run.end).code).toBe(4);
    const row = await onlyRow(place);
    expect(row.cancellation_note).toBe(
      "the check did not succeed within 0s: it exited with code 1; the command of --on-failure exited with code 3",
    );
  });

  test("runs when the command has failed, whose exit code stays that of the run", async () => {
    const { code, stdout, row } = await verified(["--on-failure", "echo rolled back"], ["sh", "-c", "exit 9"]);
    expect({ code, stdout }).toEqual({ code: 9, stdout: "rolled back\n" });
    expect(row.cancellation_note).toBe(
      "the command exited with code 9; the command of --on-failure exited with code 0",
    );
  });

  test("does not run when all is well", async () => {
    expect((await verified(["--verify", "true", "--on-failure", "echo rolled back"])).stdout).toBe("");
  });

  test("is ended when its deployment is cancelled", async () => {
    const [place, file] = [newPlace(), newFile()];
    const run = cli.launch(words(place, ["--on-failure", hanging.replace("$0", file)], ["false"]));
    await until("the rollback runs", () => existsSync(file));
    await cli.queue.cancel((await onlyRow(place)).id);
    expect((await run.end).code).toBe(5);
  });
});

describe("where verification is required, without a check", () => {
  const refusal = /requires that \S+ is verified, and nothing would verify it\. Run it with --verify/;

  test("a run is refused with 4 before anything is deployed, and says how to do it", async () => {
    await cli.queue.environments.set("strict", { requireVerification: true });
    const [place, file] = [newPlace("strict"), newFile()];
    const { code, stderr } = await cli.runProcess(words(place, [], ["touch", file]));
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(refusal) });
    expect(existsSync(file)).toBe(false);
    expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toHaveLength(0);
    expect((await cli.runProcess(words(newPlace("strict"), ["--verify", "true"]))).code).toBe(0);
  });

  test("a component may run that demands none", async () => {
    await cli.queue.environments.set("strict", { requireVerification: true });
    await cli.queue.environments.setComponent("strict", "docs", { requireVerification: false });
    expect((await cli.runProcess(words(newPlace("strict"), ["--component", "docs"]))).code).toBe(0);
  });

  test("a staged command stays staged", async () => {
    const place = newPlace(await cli.environment());
    await cli.queue.environments.set(place.environment, { requireVerification: true });
    const id = (await cli.run(["stage", ...place.options, "--", "true"])).stdout.trim();
    const { code, stderr } = await cli.runProcess(["release", id, "--yes"]);
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(refusal) });
    expect((await onlyRow(place)).status).toBe("held");
  });

  test("a reservation keeps its place", async () => {
    const place = newPlace(await cli.environment());
    await cli.queue.environments.set(place.environment, { requireVerification: true });
    const id = (await cli.run(["reserve", ...place.options, "--for", "1h"])).stdout.trim();
    const { code, stderr } = await cli.runProcess(["run", "--reservation", id, "--", "true"]);
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(refusal) });
    expect((await onlyRow(place)).status).toBe("reserved");
  });

  test("what runs already when that begins fails", async () => {
    const place = newPlace(await cli.environment());
    const file = newFile();
    const began = newFile();
    const run = cli.launch(
      words(place, [], ["sh", "-c", `touch ${began}; until test -e ${file}; do sleep 0.05; done`]),
    );
    await until("it runs", () => existsSync(began));
    await cli.queue.environments.set(place.environment, { requireVerification: true });
    writeFileSync(file, "");
    const { code, stderr } = await run.end;
    expect(code).toBe(4);
    expect(stderr).toContain("failed: it was not verified, which its environment requires. Run it with --verify");
  });
});

test("a staged command is verified by the release that runs it", async () => {
  const place = newPlace();
  const { stdout } = await cli.run(["stage", ...place.options, "--", "true"]);
  const { code } = await cli.runProcess(["release", stdout.trim(), "--yes", "--verify", "false", "--verify-for", "0"]);
  expect(code).toBe(4);
  expect((await onlyRow(place)).cancellation_note).toMatch(/^the check did not succeed/);
});

test.for([
  [["--verify-for", "5m"], "--verify-for needs --verify"],
  [["--verify", ""], "--verify is empty"],
  [["--on-failure", " "], "--on-failure is empty"],
  [["--verify", "true", "--verify-every", "0"], "--verify-every must be 100ms or more"],
  [["--verify", "true", "--verify-hold", "soon"], "--verify-hold must be a duration"],
] as const)("%s is refused: %s", async ([options, text]) => {
  const place = newPlace();
  const { code, stderr } = await cli.run(words(place, options));
  expect(code).toBe(2);
  expect(stderr).toContain(text);
  expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toHaveLength(0);
});
