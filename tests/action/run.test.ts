import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { endRun } from "../../src/action/endRun.js";
import { annotations, runnerTemp, runStep, type Step, type StepEnd, startStep, stepInputs } from "../support/action.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { killWithChildren, works } from "../support/processes.js";
import { startProxy } from "../support/proxy.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);
let files = 0;

const newFile = (): string => join(runnerTemp(), `run-${process.pid}-${files++}`);

const given = (command: string, more: Readonly<Record<string, string>> = {}, place: Place = newPlace()) =>
  inputs("run", place, { command, ...more });

const idOf = ({ outputs }: StepEnd): number => Number(outputs["deployment-id"]);

interface Running {
  readonly step: Step;
  readonly given: Readonly<Record<string, string>>;
  readonly id: number;
  /** The process id of the command. */
  readonly command: number;
}

/** A step whose command runs until it is ended, with these traps. */
async function startRun(traps: string, more: Readonly<Record<string, string>> = {}, place?: Place): Promise<Running> {
  const step = given(`${traps}\necho "command $$"\nwhile :; do sleep 0.05; done`, more, place);
  const started = startStep(step);
  const [, command] = await started.printed(/^command (\d+)$/m);
  const [, id] = await started.printed(/^deployment (\d+) /m);
  return { step: started, given: step, id: Number(id), command: Number(command) };
}

const deaf = "trap '' INT TERM";

describe("mode run", () => {
  test("runs the command while it holds the cell, and finishes the deployment", async () => {
    const step = await runStep(given('echo "deploys $DEPLOY_QUEUE_VERSION of $DEPLOY_QUEUE_DEPLOYMENT_ID"'));
    const id = idOf(step);
    expect(step).toMatchObject({ code: 0, outputs: { version: "v1", "exit-code": "0" } });
    expect(step.log).toContain(`\ndeploys v1 of ${id}\ndeployment ${id} (api@v1) finished\n`);
    expect(await cli.events(id)).toEqual(["enqueued", "started", "finished"]);
    expect(step.summary).toMatch(/Deployment started.*Deployment finished/s);
    expect(step.env).toEqual({});
    const post = await runStep({}, { state: step.state, jobStatus: "failure" });
    expect(post).toMatchObject({ code: 0, log: "" });
  });

  test("fails with the exit code of a line that fails, and runs none after it", async () => {
    const step = await runStep(given("echo first\n(exit 3)\necho second"));
    expect(step).toMatchObject({ code: 1, outputs: { "exit-code": "3" } });
    expect(step.log).not.toContain("second");
    expect(annotations(step, "error")).toEqual([
      `deployment ${idOf(step)} (api@v1) failed: the command exited with code 3`,
    ]);
    expect(await cli.row(idOf(step))).toMatchObject({ status: "failed" });
    expect(step.summary).toContain("Deployment failed");
  });

  test("waits for its turn in one group, and starts when the cell is free", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const step = startStep(given("echo deploys", {}, place));
    await step.printed(/^::group::deployment \d+ \(api@v1\) waits for its turn\ndeployment \d+ \(api@v1\) waits, /m);
    expect(step.log()).not.toContain("deploys");
    await cli.queue.finish(holder);
    expect((await step.end).log).toMatch(/^::endgroup::\n(?:[^\n]*\n)*deploys\n/m);
  });

  test("runs the command in the working-directory, and refuses one that is not there before it enters the line", async () => {
    const step = await runStep(given("pwd", { "working-directory": "/usr/../tmp" }));
    expect(step.log).toMatch(/^\/tmp$/m);
    const place = newPlace();
    const refused = await runStep(given("", { "working-directory": "nowhere", log: "perhaps" }, place));
    expect(annotations(refused, "error")).toEqual([
      expect.stringMatching(/command is missing.*there is no folder nowhere.*log must be/),
    ]);
    expect(await cli.sql`select from deploy_queue.deployments where region = ${place.region}`).toHaveLength(0);
  });

  test("takes sh where there is no bash, and ends at the first line that fails there, too", async () => {
    const folder = mkdtempSync(join(runnerTemp(), "without-bash-"));
    symlinkSync("/bin/sh", join(folder, "sh"));
    const step = await runStep(given("echo begun\nfalse\necho on"), { env: { PATH: folder } });
    expect(step.log).toMatch(/^begun\n::error::/m);
  });

  test("gives the command the environment of the step, and nothing that leads to the queue or is the action's", async () => {
    const hidden = { PGPASSWORD: new URL(cli.url).password, DEPLOY_QUEUE_URL: "https://elsewhere.example" };
    const step = await runStep(
      given("env | sort; ! env | grep -aE '^(INPUT|STATE)_|^GITHUB_STATE|^PGPASSWORD|postgres://'"),
      {
        env: { ...hidden, OF_STEP: "seen" },
      },
    );
    expect(step).toMatchObject({ code: 0, log: expect.stringMatching(/^OF_STEP=seen$/m) });
    expect(step.log).toMatch(/^DEPLOY_QUEUE_DATABASE_URL=withheld$/m);
    expect(step.log).not.toContain("https://elsewhere.example");
  });

  test("keeps the outputs and summaries of the command, and its own outputs whatever the command writes", async () => {
    const step = await runStep(
      given(
        [
          "printf 'deployment-id<<E\\n7\\nE\\nexit-code<<E\\n9\\nE\\nurl<<E\\nhttps://api.example\\nE' >> $GITHUB_OUTPUT",
          "printf '## Rolled out' >> $GITHUB_STEP_SUMMARY",
          "printf 'OF_COMMAND<<E\\nkept\\nE\\n' >> $GITHUB_ENV",
        ].join("\n"),
      ),
    );
    expect(step.outputs).toMatchObject({ url: "https://api.example", "exit-code": "0" });
    expect((await cli.row(idOf(step))).status).toBe("finished");
    expect(step.summary).toMatch(/^## Rolled out$/m);
    expect(step.summary).toContain("Deployment finished");
    expect(step.env).toEqual({ OF_COMMAND: "kept" });
  });

  test("begins a line with its own messages where the command has not ended one", async () => {
    const step = await runStep(given("printf half; exit 2"));
    expect(step.log).toMatch(/^half\n::error::deployment /m);
  });

  test("verifies what the command has deployed, and rolls back what does not work", async () => {
    const verified = await runStep(given("echo deploys", { verify: "test -d ." }));
    expect(await cli.row(idOf(verified))).toMatchObject({ status: "finished", verified_at: expect.any(Date) });
    const more = { verify: "echo 503; exit 22", "verify-for": "0", "on-failure": "echo rolls back" };
    const failed = await runStep(given("echo deploys", more));
    expect(failed).toMatchObject({ code: 1, outputs: { "exit-code": "4" } });
    expect(failed.log).toMatch(/^deploys\n.*^rolls back$/ms);
    expect(annotations(failed, "error")).toEqual([
      expect.stringMatching(/failed: the check did not succeed .* 503; on-failure exited with code 0/),
    ]);
  });

  test("runs two commands for one version in steps of one name, as in a composite action, and each once", async () => {
    const place = newPlace();
    for (const command of ["echo first", "echo second"]) {
      expect(await runStep(given(command, {}, place))).toMatchObject({ code: 0 });
    }
    const again = await runStep(given("echo second", {}, place));
    expect(again.code).toBe(1);
    expect(again.log).not.toMatch(/^second$/m);
  });

  test("redeems a reservation, and joins the hold of an earlier step of the job", async () => {
    const place = newPlace();
    const job = await runStep(inputs("job", place));
    const joined = await runStep(given("echo joined", { join: "true", component: "web" }, place), { env: job.env });
    expect(joined).toMatchObject({ code: 0, log: expect.stringMatching(/^joined$/m) });
    await runStep({}, { state: job.state });
    const reservation = await runStep(inputs("reserve", newPlace(), { "reserve-for": "1h" }));
    const step = await runStep({
      ...{ mode: "run", "database-url": cli.url, command: "echo redeemed" },
      "reservation-id": reservation.outputs["deployment-id"] ?? "",
    });
    expect(step).toMatchObject({ code: 0, log: expect.stringMatching(/^redeemed$/m) });
    expect(idOf(step)).toBe(idOf(reservation));
  });
});

describe("mode run that is to stop", () => {
  test("ends its command, and only then frees the cell, when the deployment is cancelled", async () => {
    const { step, id, command } = await startRun("trap 'sleep 0.3; echo cleaned; exit 0' TERM");
    await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "pulled back"]);
    const end = await step.end;
    expect(works(command)).toBe(false);
    expect(end).toMatchObject({ code: 1, outputs: { "deployment-cancelled-by": expect.stringContaining("tester") } });
    expect(end.log).toMatch(/^::warning::.*; stopping the command$.*^cleaned$/ms);
    expect(annotations(end, "error")).toEqual([
      expect.stringMatching(/was cancelled by tester, .* while its command ran: pulled back/),
    ]);
    expect(await cli.events(id)).toEqual(["enqueued", "started", "stopping", "cancelled"]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("passes %s on, and tells the end of the command", async (signal) => {
    const { step, id, command } = await startRun("");
    step.process.kill(signal);
    const { code, outputs } = await step.end;
    expect(code).toBe(1);
    expect(works(command)).toBe(false);
    expect(outputs["exit-code"]).toBe(signal === "SIGINT" ? "130" : "143");
    expect(await cli.row(id)).toMatchObject({
      status: "failed",
      cancellation_note: `the command was ended by ${signal}`,
    });
  });

  test("kills a command that hears no signal after the grace period", async () => {
    const { step, id, command } = await startRun(deaf, { "grace-period": "300ms" });
    step.process.kill("SIGINT");
    expect((await step.end).outputs["exit-code"]).toBe("137");
    expect(works(command)).toBe(false);
    expect((await cli.row(id)).status).toBe("failed");
  });

  test("gives its place up when it is cancelled while it waits", async () => {
    const place = newPlace();
    await cli.running(place);
    const step = startStep(given("echo deploys", {}, place));
    await step.printed(/waits, /);
    step.process.kill("SIGINT");
    const end = await step.end;
    expect(end.code).toBe(1);
    expect((await cli.row(idOf(end))).status).toBe("cancelled");
  });

  test("ends its command before the lease is over when the database is away", async () => {
    const environment = await cli.environment({ heartbeatTimeout: "3 seconds" });
    const proxy = await startProxy(cli.url);
    const more = { "database-url": proxy.url, "outage-timeout": "1s" };
    const { step, id, command } = await startRun("", more, newPlace(environment));
    proxy.refuse();
    const end = await step.end;
    expect(works(command)).toBe(false);
    expect(annotations(end, "error")).toEqual([expect.stringContaining("had no contact to the database")]);
    expect((await cli.row(id)).cancellation_timestamp).toBeNull();
  });
});

describe("mode run whose main step is killed", () => {
  test("has its command ended by the watchdog, and the post step waits for that and tells it", async () => {
    const file = newFile();
    // The shell reports the end of a child, and nothing reads what it prints by then.
    const traps = `trap '' PIPE; trap 'until test -e ${file}; do sleep 0.05; done; exit 0' TERM`;
    const { step, given, id, command } = await startRun(traps);
    step.process.kill("SIGKILL");
    const { state } = await step.end;
    const post = startStep(given, { state, jobStatus: "cancelled" });
    await post.printed(/waiting for the watchdog of its command/);
    expect(works(command)).toBe(true);
    expect((await cli.row(id)).status).toBe("running");
    writeFileSync(file, "");
    const { code, log, summary } = await post.end;
    expect(works(command)).toBe(false);
    expect({ code, summary }).toMatchObject({ code: 0, summary: expect.stringContaining("Deployment failed") });
    expect(log).toContain("has ended: it is failed: the command was ended, since the process that kept it was gone");
  });

  test("is ended by the post step where the signals of the runner have not reached it, as in a container", async () => {
    const { step, id, command } = await startRun("");
    const state = { "run-id": String(id), "run-process": String(step.process.pid), "input-database-url": cli.url };
    const post = await runStep({}, { state, jobStatus: "cancelled" });
    expect(works(command)).toBe(false);
    expect(post.log).toContain("has ended: it is failed: the command was ended by SIGTERM");
    expect((await step.end).outputs["exit-code"]).toBe("143");
  });

  test("never has its cell freed by the post step while nothing tells that the command has ended", async () => {
    const { step, id, command } = await startRun(deaf);
    killWithChildren(step.process.pid ?? Number.NaN);
    await step.end;
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const job = { checkRunId: "", jobIndex: "", jobStatus: "cancelled" };
    const common = { address: { url: cli.url }, outageTimeout: undefined, slack: undefined, job };
    try {
      await endRun(cli.queue, common, { id: String(id), startMessage: undefined, patience: 100 });
      expect(write.mock.calls.join("")).toMatch(/::warning::deployment \d+ \(api@v1\) holds its cell until .* at 20/);
    } finally {
      write.mockRestore();
      process.kill(-command, "SIGKILL");
    }
    expect((await cli.row(id)).status).toBe("running");
  });

  test("gives up the place of one that waits", async () => {
    const place = newPlace();
    await cli.running(place);
    const file = newFile();
    const step = startStep(given(`touch ${file}`, {}, place));
    await step.printed(/waits, /);
    step.process.kill("SIGKILL");
    const { state } = await step.end;
    const post = await runStep({}, { state, jobStatus: "cancelled" });
    expect(post.log).toContain("has ended: it is cancelled: the step ended before its deployment started");
    expect(existsSync(file)).toBe(false);
  });
});
