import { describe, expect, test } from "vitest";
import {
  gatedCommand,
  isBlockedBy,
  newPlace,
  type Place,
  printedId,
  useCommandLine,
  useDirectory,
} from "../support/commandLine.js";
import { newTarget } from "../support/targets.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

async function stage(place: Place, version: string, ...command: readonly string[]): Promise<number> {
  const behind = command.length > 0 ? ["--", ...command] : [];
  return Number((await cli.run(["stage", ...place.options, "--version", version, ...behind])).stdout);
}

const statusOf = async (id: number) => (await cli.row(id)).status;

describe("release of staged commands", () => {
  test("runs them one after the other, in the order in which they were staged, and finishes each", async () => {
    const place = newPlace();
    const say = (word: string) => ["sh", "-c", `echo ${word} $DEPLOY_QUEUE_DEPLOYMENT_ID`];
    const [one, two] = [await stage(place, "v1", ...say("one")), await stage(place, "v2", ...say("two"))];
    const { code, stdout, stderr } = await cli.runProcess([
      "release",
      "--region",
      place.region,
      "--yes",
      "--reason",
      "tonight",
    ]);

    expect(code).toBe(0);
    expect(stdout).toBe(`one ${one}\ntwo ${two}\n`);
    expect(stderr).toContain("runs sh -c 'echo one $DEPLOY_QUEUE_DEPLOYMENT_ID'");
    expect(await cli.events(one)).toEqual(["enqueued", "released", "started", "finished"]);
    expect(await statusOf(two)).toBe("finished");
    const [released] = await cli.sql`
      select reason from deploy_queue.deployment_events where deployment_id = ${one} and kind = 'released'`;
    expect(released).toEqual({ reason: "tonight" });
  });

  test("stops at the first that fails: the rest stays on hold, and the exit code is that of its command", async () => {
    const place = newPlace();
    const ids = [
      await stage(place, "v1", "true"),
      await stage(place, "v2", "sh", "-c", "exit 9"),
      await stage(place, "v3", "true"),
    ] as const;
    const { code, stderr } = await cli.runProcess(["release", ...ids.map(String), "--yes", "--json"]);

    expect(code).toBe(9);
    expect([await statusOf(ids[0]), await statusOf(ids[1]), await statusOf(ids[2])]).toEqual([
      "finished",
      "failed",
      "held",
    ]);
    expect(stderr).toContain(`still on hold: ${ids[2]}`);
    expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "")).toEqual([
      { deployment_id: ids[0], exit_code: 0 },
      { deployment_id: ids[1], exit_code: 9 },
      { deployment_id: ids[2], exit_code: null },
    ]);
  });

  test("with --parallel runs them at once, where the line lets them", async () => {
    const [one, other] = [newPlace(), newPlace()];
    const gates = [gatedCommand(directory), gatedCommand(directory)] as const;
    const ids = [await stage(one, "v1", ...gates[0].command), await stage(other, "v1", ...gates[1].command)] as const;
    const running = cli.launch(["release", ...ids.map(String), "--yes", "--parallel"]);
    await until(
      "both run",
      async () => (await statusOf(ids[0])) === "running" && (await statusOf(ids[1])) === "running",
    );
    gates[1].open();
    gates[0].open();
    const { code, stderr } = await running.end;
    expect(code).toBe(0);
    expect([await statusOf(ids[0]), await statusOf(ids[1])]).toEqual(["finished", "finished"]);
    for (const [id, { environment, region }] of [
      [ids[0], one],
      [ids[1], other],
    ] as const) {
      expect(stderr).toContain(`INFO: ${environment}-aws-${region}-cell-0: deployment ${id} (api@v1) finished`);
    }
  });

  test("leaves what is frozen for later, and comes back to it", async () => {
    const environment = await cli.environment();
    const [frozen, free] = [newPlace(environment), newPlace(environment)];
    const ids = [await stage(frozen, "v1", "echo", "first"), await stage(free, "v1", "echo", "second")];
    const { freeze_id } = await cli.queue.policies.freeze(
      { environment, cloudProvider: "aws", region: frozen.region },
      "sale",
    );
    const running = cli.launch(["release", ...ids.map(String), "--yes"]);
    await running.printed(new RegExp(`deployment ${ids[0]} comes after the others: .* is frozen by`));
    await running.printed(/second/);
    await cli.queue.policies.thaw(freeze_id);
    expect(await running.end).toMatchObject({ code: 0, stdout: "second\nfirst\n" });
  });

  test("leaves on hold what has a command that cannot be started here", async () => {
    const staged = await stage(newPlace(), "v1", "/nowhere/deploy.sh");
    const { code, stderr } = await cli.runProcess(["release", String(staged), "--yes"]);
    expect(code).toBe(127);
    expect(stderr).toContain(`deployment ${staged} stays on hold: there is no /nowhere/deploy.sh`);
    expect(await statusOf(staged)).toBe("held");
  });

  test("waits for the turn, at the end of the line", async () => {
    const place = newPlace();
    const staged = await stage(place, "v1", "echo", "done");
    const holder = await cli.running(place);
    const running = cli.launch(["release", String(staged), "--yes"]);
    await isBlockedBy(running, holder);
    await cli.queue.finish(holder);
    expect(await running.end).toMatchObject({ code: 0, stdout: "done\n" });
  });

  test("by two operators at once runs it once; the other is told who was first", async () => {
    const staged = await stage(newPlace(), "v1", "echo", "deployed");
    const ends = await Promise.all([
      cli.runProcess(["release", String(staged), "--yes"]),
      cli.runProcess(["release", String(staged), "--yes"]),
    ]);

    expect(ends.map(({ code }) => code).sort()).toEqual([0, 4]);
    expect(ends.map(({ stdout }) => stdout).sort()).toEqual(["", "deployed\n"]);
    expect(await cli.events(staged)).toEqual(["enqueued", "released", "started", "finished"]);
  });
});

test("release of what was staged without a command starts it and prints its id", async () => {
  const staged = await stage(newPlace(), "v1");
  expect(await cli.run(["release", String(staged), "--yes"])).toMatchObject({ code: 0, stdout: `${staged}\n` });
  expect(await cli.row(staged)).toMatchObject({ status: "running", heartbeat_timestamp: null });
});

test("release leaves on hold what it could not tell the step outputs of", async () => {
  const staged = await stage(newPlace(), "v1", "echo", "deployed");
  const { code, stdout, stderr } = await cli.runProcess(["release", String(staged), "--yes"], {
    GITHUB_OUTPUT: directory,
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`GITHUB_OUTPUT names ${directory}`);
  expect(await statusOf(staged)).toBe("held");
});

test("release without a terminal and --yes releases nothing, but shows what it would do", async () => {
  const staged = await stage(newPlace(), "v1", "./deploy.sh");
  const { code, stderr } = await cli.run(["release", String(staged)]);
  expect(code).toBe(2);
  expect(stderr).toContain("runs ./deploy.sh");
  expect(await statusOf(staged)).toBe("held");
});

test.for([
  ["--wait-timeout", "soon", 2, "--wait-timeout must be a duration"],
  ["--environment", "nowhere", 3, "environment nowhere does not exist"],
] as const)("release with %s %s is one clear line and exit code %i", async ([option, value, exitCode, message]) => {
  const selection = option === "--environment" ? [] : ["--all"];
  const { code, stderr } = await cli.run(["release", ...selection, option, value, "--yes"]);
  expect(code).toBe(exitCode);
  expect(stderr).toMatch(new RegExp(`^deploy-queue: ${message}.*\n$`));
});

test("release of nothing says so", async () => {
  const { code, stderr } = await cli.run(["release", "--component", "nothing", "--yes"]);
  expect(code).toBe(0);
  expect(stderr).toContain("nothing of that is on hold");
});

describe("start --hold", () => {
  test("says how to release it, and goes on at the release", async () => {
    const place = newPlace();
    const waiting = cli.begin(["start", ...place.options, "--hold"]);
    const id = await printedId(waiting);
    await waiting.printed(new RegExp(`is on hold outside the line of .*: deploy-queue release ${id}`));
    expect(await statusOf(id)).toBe("held");
    const { code, stderr } = await cli.run(["release", String(id), "--yes"]);

    expect(code).toBe(0);
    expect(stderr).toContain("its job goes on");
    expect((await waiting.end).code).toBe(0);
    expect(await statusOf(id)).toBe("running");
  });

  test("in line keeps its place, and those behind it wait", async () => {
    const place = newPlace();
    const waiting = cli.begin(["start", ...place.options, "--hold=in-line"]);
    const id = await printedId(waiting);
    const next = cli.begin(["start", ...place.options]);
    await isBlockedBy(next, id);
    await cli.run(["release", String(id), "--yes"]);
    expect((await waiting.end).code).toBe(0);
    await cli.queue.finish(id);
    expect((await next.end).code).toBe(0);
  });

  test("gives up with --wait-timeout and exit code 6", async () => {
    const waiting = cli.begin(["start", ...newPlace().options, "--hold", "--wait-timeout", "300ms"]);
    const id = await printedId(waiting);
    expect((await waiting.end).code).toBe(6);
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("ends with exit code 5 when it is purged", async () => {
    const waiting = cli.begin(["start", ...newPlace().options, "--hold"]);
    const id = await printedId(waiting);
    await waiting.printed(/is on hold until it is released/);
    await cli.run(["purge", String(id), "--yes", "--reason", "not green"]);
    const { code, stderr } = await waiting.end;
    expect(code).toBe(5);
    expect(stderr).toContain("not green");
  });

  test("takes no other word", async () => {
    expect(await cli.run(["start", ...newPlace().options, "--hold=forever"])).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("start --not-before", () => {
  test("starts at that moment", async () => {
    const waiting = cli.begin(["start", ...newPlace().options, "--not-before", "2s"]);
    const id = await printedId(waiting);
    await waiting.printed(/it is not to start yet, until /);
    expect((await waiting.end).code).toBe(0);
    const row = await cli.row(id);
    const late = (row.start_timestamp?.getTime() ?? 0) - (row.not_before?.getTime() ?? 0);
    expect(late).toBeGreaterThanOrEqual(0);
    // Long before its next heartbeat.
    expect(late).toBeLessThan(25_000);
  });

  test("with --not-after that passes it is cancelled with exit code 5", async () => {
    const place = newPlace();
    await cli.running(place);
    const waiting = cli.begin(["start", ...place.options, "--not-after", "1s"]);
    const { code, stderr } = await waiting.end;
    expect(code).toBe(5);
    expect(stderr).toContain("it was to start before");
  });
});

describe("release to agents", () => {
  test("hands a staged command over, prints the id, and runs nothing here", async () => {
    const place = newPlace();
    const target = newTarget({ region: place.region, component: "api" });
    await cli.queue.work.register("host", [target]);
    const id = await stage(place, "v1", "./not-here.sh", "a b");
    const { code, stdout, stderr } = await cli.runProcess(["release", String(id), "--agent", "--yes"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${id}\n` });
    expect(stderr).toContain("an agent runs its command when its turn comes");
    const { work } = await cli.queue.work.take("host", "k");
    expect(work).toMatchObject({ deployment: { id }, commands: ["./not-here.sh 'a b'"] });
  });

  test("what was staged for a target goes there without being asked for, whoever has staged it", async () => {
    const target = newTarget();
    await cli.queue.work.register("host", [target]);
    const staged = await cli.run(["stage", "--target", target.target, "--version", "v1", "--", "./not-here.sh"]);
    const id = Number(staged.stdout);
    expect((await cli.run(["list", "staged"])).stdout).toContain(`an agent of ${target.target} runs ./not-here.sh`);
    const { code, stdout } = await cli.runProcess(["release", String(id), "--yes", "--json"]);
    expect({ code, outcomes: JSON.parse(stdout) }).toEqual({
      code: 0,
      outcomes: [{ deployment_id: id, exit_code: 0 }],
    });
    expect((await cli.queue.work.take("host", "k")).work?.deployment.id).toBe(id);
  });

  test("a deployment for which there is no target stays on hold", async () => {
    const id = await stage(newPlace(), "v1", "true");
    const { code, stderr } = await cli.runProcess(["release", String(id), "--agent", "--yes"]);
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining("no agent serves the component and cell of"),
    });
    expect(await statusOf(id)).toBe("held");
  });
});
