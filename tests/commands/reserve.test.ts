import { describe, expect, test } from "vitest";
import {
  gatedCommand,
  isBlockedBy,
  newPlace,
  type Place,
  stepOutput,
  useCommandLine,
  useDirectory,
} from "../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

async function reserve(place: Place, ...more: string[]): Promise<number> {
  const { code, stdout } = await cli.run(["reserve", ...place.options, "--for", "2h", ...more]);
  expect(code).toBe(0);
  return Number(stdout);
}

describe("reserve", () => {
  test("takes a place before the build, and start --reservation deploys there what was built", async () => {
    const place = newPlace();
    const output = stepOutput(directory);
    const reserved = await cli.runProcess(["reserve", ...place.options, "--sequence", "812", "--for", "2h"], {
      GITHUB_OUTPUT: output.path,
    });
    const id = Number(reserved.stdout);
    expect(reserved.stderr).toMatch(new RegExp(`deployment ${id} \\(api run 812\\) has its place until 20\\S+Z`));
    expect(output.read()).toContain(`deployment-id`);
    const other = cli.begin(["start", ...place.options, "--component", "web"]);
    await other.printed(
      new RegExp(`deployment ${id} \\(api run 812\\) by tester is ahead in the line: its place is reserved, until 20`),
    );
    expect((await cli.run(["list", "queue"])).stdout).toMatch(new RegExp(`${id} api run 812 reserved`));
    expect((await cli.run(["info", String(id)])).stdout).toContain(`${id} reserved api run 812`);
    expect((await cli.run(["explain", String(id)])).stdout).toContain(`deploy-queue start --reservation ${id}`);

    const started = await cli.runProcess([
      ...["start", "--reservation", String(id), "--version", "v9", "--artifact", "sha256:9"],
      ...["--url", "https://ci.example/812"],
    ]);

    expect({ code: started.code, stdout: started.stdout }).toEqual({ code: 0, stdout: `${id}\n` });
    const known = { status: "running", version: "v9", artifact: "sha256:9", url: "https://ci.example/812" };
    expect(await cli.row(id)).toMatchObject(known);
    expect(await cli.events(id)).toEqual(["enqueued", "redeemed", "started"]);
    await cli.queue.finish(id);
    expect((await other.end).code).toBe(0);
  });

  test("lets run redeem it, which waits for its turn and is given up by a signal", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const id = await reserve(place, "--max-duration", "1h");
    const run = cli.launch(["run", "--reservation", String(id), "--component", "api", "--", "true"]);
    await isBlockedBy(run, holder);
    run.process.kill("SIGTERM");
    expect((await run.end).code).toBe(5);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", reserved_until: null });
  });

  test("is done once, however often it is asked for with one key", async () => {
    const place = newPlace();
    const id = await reserve(place, "--idempotency-key", `run-${place.region}`);
    expect(await reserve(place, "--idempotency-key", `run-${place.region}`)).toBe(id);
  });

  test("is redeemed once, however often one keeper asks for it", async () => {
    const id = await reserve(newPlace());
    const options = { heartbeat: true, keeper: "one" };
    await cli.queue.redeem(id, { version: "v1" }, options);
    await expect(cli.queue.redeem(id, { version: "v1" }, options)).resolves.toMatchObject({ id, version: "v1" });
    await expect(cli.queue.redeem(id, {}, { heartbeat: true, keeper: "two" })).rejects.toThrow("was redeemed before");
    expect(await cli.events(id)).toEqual(["enqueued", "redeemed"]);
  });

  test.for<[string[], string]>([
    [["--sequence=-1", "--for", "1h"], "--sequence must be a whole number from 0"],
    [["--sequence", "1000000000000001", "--for", "1h"], "--sequence must be a whole number from 0"],
    [["--sequence", "next", "--for", "1h"], '--sequence must be a whole number from 0 to 1000000000000000, not "next"'],
    [["--sequence-scope", "ci", "--for", "1h"], "--sequence-scope requires --sequence"],
    [["--sequence-scope", "x".repeat(201), "--sequence", "1", "--for", "1h"], "--sequence-scope must be 1 to 200"],
    [["--artifact", "x".repeat(501), "--for", "1h"], "--artifact must be 1 to 500 printable characters"],
    [["--for", "0s"], "a reservation must end in the future"],
    [["--for", "soon"], "--for must be a duration"],
    [[], "--for is missing"],
  ])("of %j is refused with 2, and nothing is written", async ([options, message]) => {
    const before = await cli.counts();
    const { code, stdout, stderr } = await cli.run(["reserve", ...newPlace().options, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^deploy-queue: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(await cli.counts()).toEqual(before);
  });
});

describe("--reservation", () => {
  test.for<[string, number, string]>([
    ["--component=web", 4, "and another component was given"],
    ["--version=v2", 4, "and another version was given"],
    ["--region=elsewhere", 4, "-cell-0, and another cell was given. Enter the line without it"],
    ["--sequence=3", 2, "--sequence and --reservation do not go together. The reservation says it already"],
    ["--max-duration=1h", 2, "--max-duration and --reservation do not go together"],
    ["--idempotency-key=k", 2, "--idempotency-key and --reservation do not go together"],
    ["--hold", 2, "--hold and --reservation do not go together"],
    ["--dry-run", 2, "--dry-run and --reservation do not go together"],
  ])("with %s is refused with %i", async ([option, exitCode, message]) => {
    const id = await reserve(newPlace(), "--version", "v1");
    const before = await cli.counts();
    const { code, stderr } = await cli.run(["start", "--reservation", String(id), option]);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(await cli.counts()).toEqual(before);
    expect((await cli.row(id)).status).toBe("reserved");
  });

  test.for(["redeemed twice", "none", "over", "over and cancelled"])("%s is refused with 4", async (which) => {
    const place = newPlace();
    const id = which === "none" ? (await cli.enqueue({ region: place.region })).id : await reserve(place);
    if (which === "redeemed twice") await cli.queue.redeem(id);
    if (which.startsWith("over")) await cli.advance("3 hours");
    if (which === "over and cancelled") await cli.queue.upkeep.reapStaleDeployments();
    const { code, stderr } = await cli.run(["start", "--reservation", String(id)]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^deploy-queue: [^\n]*(is no reservation|reservation of|was not redeemed until)[^\n]*\n$/);
  });

  test("that a newer one has superseded ends with 5, and with --json by an event that names it", async () => {
    const place = newPlace(await cli.environment());
    await cli.queue.environments.set(place.environment, { ordering: "latest" });
    const id = await reserve(place, "--sequence", "1");
    const newer = await reserve(place, "--sequence", "2");
    const { code, stdout } = await cli.run(["start", "--json", "--reservation", String(id)]);
    expect(code).toBe(5);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      ...{ event: "cancelled", deployment_id: id, kind: "superseded", superseded_by: newer },
    });
  });

  test("of no deployment ends with 3", async () => {
    expect((await cli.run(["start", "--reservation", "999999999"])).code).toBe(3);
  });
});

describe("ordering", () => {
  test("a waiter that is superseded ends with 5, and its event names the one that did it", async () => {
    const place = newPlace(await cli.environment());
    await cli.run(["environment", "set", place.environment, "--component", "api", "--ordering", "latest"]);
    const holder = await cli.running(place);
    const [older, jsonl] = [
      cli.launch(["start", ...place.options, "--sequence", "1", "--version", "v8"]),
      cli.launch(["start", ...place.options, "--component", "web", "--json"]),
    ];
    await isBlockedBy(older, holder);
    await jsonl.printed(/"event":"waiting"/);
    const newer = cli.launch(["start", ...place.options, "--sequence", "2", "--version", "v9"]);
    const { code, stdout, stderr } = await older.end;
    const [, newerId] = /superseded by deployment (\d+)/.exec(stderr) ?? [];
    expect(code).toBe(5);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      `deploy-queue: deployment ${stdout.trim()} (api@v8) was cancelled: superseded by deployment ${newerId} (api@v9)`,
    );
    const late = await cli.run(["start", ...place.options, "--sequence", "1", "--json"]);
    expect(late.code).toBe(5);
    expect(JSON.parse(late.stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      ...{ event: "cancelled", kind: "superseded", superseded_by: Number(newerId) },
      reason: `superseded by deployment ${newerId} (api@v9)`,
    });
    newer.process.kill("SIGTERM");
    jsonl.process.kill("SIGTERM");
    await Promise.all([newer.end, jsonl.end]);
  });

  test("a step back is refused with 4 and says how to go back on purpose", async () => {
    const place = newPlace(await cli.environment());
    await cli.run(["environment", "set", place.environment, "--refuse-outdated"]);
    const id = Number((await cli.run(["start", ...place.options, "--sequence", "15"])).stdout);
    await cli.run(["finish", String(id)]);
    const before = await cli.counts();
    const back = ["start", ...place.options, "--sequence", "14"];
    for (const dry of [[], ["--dry-run"]]) {
      const { code, stderr } = await cli.run([...back, ...dry]);
      expect(code).toBe(4);
      expect(stderr).toBe(
        `deploy-queue: api run 14 is outdated: run 15 of api has started, as deployment ${id}. To go back on purpose, give --rollback-of ${id}\n`,
      );
    }
    expect(await cli.counts()).toEqual(before);
    expect((await cli.run([...back, "--rollback-of", String(id), "--dry-run"])).stdout).toContain(
      "would start at once",
    );
    expect((await cli.run([...back, "--rollback-of", String(id)])).code).toBe(0);
  });

  test("of five runs, three work at once where a cell has three slots", async () => {
    const place = newPlace(await cli.environment());
    await cli.run(["environment", "set", place.environment, "--slots", "3"]);
    const gates = Array.from({ length: 5 }, () => gatedCommand(directory));
    const runs = gates.map(({ command }) => cli.launch(["run", ...place.options, "--", ...command]));
    const ready = runs.map((run) => run.printed(/ready/));
    const states = async () => {
      const rows = await cli.sql<{ status: string; slot: number }[]>`
        select status, slot from deploy_queue.deployments_with_status where region = ${place.region} order by id`;
      return rows.map(({ status, slot }) => (status === "running" ? `slot ${slot}` : status)).toSorted();
    };
    await expect.poll(states, { timeout: 60_000 }).toEqual(["queued", "queued", "slot 1", "slot 2", "slot 3"]);
    for (const { open } of gates) open();
    await Promise.all(ready);
    expect((await Promise.all(runs.map((run) => run.end))).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  });
});
