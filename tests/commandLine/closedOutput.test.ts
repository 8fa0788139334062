import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CliEnd, program, type RunningCli } from "../support/cli.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { killLater } from "../support/leftovers.js";

const cli = useCommandLine();

interface Waiting {
  readonly process: RunningCli;
  readonly holder: number;
  readonly id: number;
}

async function waiting(place: Place, args: readonly string[], behind: readonly string[] = []): Promise<Waiting> {
  const holder = await cli.running(place);
  const process = cli.launch([...args, ...place.options, "--json", ...behind]);
  await process.printed(/"event":"waiting".*\n/);
  const [row] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region} and id > ${holder}`;
  return { process, holder, id: row?.id ?? 0 };
}

function expectNoStack({ stderr }: CliEnd): void {
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain("Unhandled");
}

describe("start whose stdout was closed", () => {
  test("gives its place up at the next event", async () => {
    const place = newPlace(await cli.environment({ bufferTime: "1 hour" }));
    const { process, holder, id } = await waiting(place, ["start"]);
    process.process.stdout?.destroy();

    await cli.queue.finish(holder);

    const end = await process.end;
    expect(end.code).toBe(5);
    expect(end.stderr).toContain("the reader of the output is gone");
    expectNoStack(end);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", start_timestamp: null });
  });

  test("does not leave running what it cannot say has started", async () => {
    const { process, holder, id } = await waiting(newPlace(), ["start"]);
    process.process.stdout?.destroy();

    await cli.queue.finish(holder);

    const end = await process.end;
    expect(end.code).toBe(5);
    expectNoStack(end);
    expect(await cli.row(id)).toMatchObject({
      status: "cancelled",
      cancellation_note: expect.stringContaining("the reader of the output is gone"),
    });
  });

  test("gives its place up when it cannot even print its id", async () => {
    const place = newPlace();
    const start = cli.launch(["start", ...place.options]);
    start.process.stdout?.destroy();

    const end = await start.end;
    expect(end.code).toBe(5);
    expectNoStack(end);
    const rows = await cli.sql`select status from deploy_queue.deployments_with_status where region = ${place.region}`;
    expect(rows).toEqual([{ status: "cancelled" }]);
  });
});

test("run --json whose stderr was closed gives its place up at the next event", async () => {
  const place = newPlace(await cli.environment({ bufferTime: "1 hour" }));
  const { process, holder, id } = await waiting(place, ["run"], ["--", "echo", "deployed"]);
  process.process.stderr?.destroy();

  await cli.queue.finish(holder);

  expect(await process.end).toMatchObject({ code: 5, stdout: "" });
  expect(await cli.row(id)).toMatchObject({ status: "cancelled", start_timestamp: null });
});

test("a list whose reader goes before its end exits with 0 and without a word", async () => {
  const list = cli.launch(["environment", "list"]);
  list.process.stdout?.destroy();

  expect(await list.end).toMatchObject({ code: 0, stderr: "" });
});

test.each([[[]], [["--json"]], [["--follow"]]])(
  "logs %j whose reader goes before its end exits with 0 and without a word",
  async (options: string[]) => {
    const { id } = await cli.enqueue();
    await cli.queue.logs.append(id, "me", 1, Array(4).fill({ stream: "stdout", content: "x".repeat(60_000), age: 0 }));
    const logs = cli.launch(["logs", String(id), ...options]);
    logs.process.stdout?.destroy();

    expect(await logs.end).toMatchObject({ code: 0, stderr: "" });
  },
);

test("a reader that is slower than the output gets all of it", async () => {
  const place = newPlace();
  await cli.sql`
    select deploy_queue.enqueue(${place.environment}, 'aws', ${place.region}, n, 'api', note => repeat('x', 2000))
    from generate_series(1, 100) as n`;

  const { code, stdout } = await cli.runProcess(["list", "queue", "--json"]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout).length).toBeGreaterThanOrEqual(100);
});

/** The command line whose stdout goes to a file for which there is no room, and only its warnings to stderr. */
async function withFullDisk(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const full = openSync("/dev/full", "w");
  const [file, ...first] = program;
  const child = spawn(file, [...first, ...args], {
    env: { CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url, DEPLOY_QUEUE_LOG_LEVEL: "warn" },
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  killLater(child);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, stderr };
}

describe.skipIf(!existsSync("/dev/full"))("on a disk that is full", () => {
  const lost = /^deploy-queue: the output could not be written: the disk is full\n$/;

  test.each([
    [["environment", "list"], 1],
    [["doctor"], 1],
    [["doctor", "--worker", "nowhere"], 4],
  ])("%j says so, and exits with %i", async (args, code) => {
    const end = await withFullDisk(args);
    expect(end.code).toBe(code);
    expect(end.stderr).toMatch(lost);
  });

  test("start says so once, and gives its place up", async () => {
    const place = newPlace(await cli.environment());
    const end = await withFullDisk(["start", ...place.options]);
    expect(end.code).toBe(5);
    expect(end.stderr).toMatch(lost);
    const rows = await cli.sql`select status from deploy_queue.deployments_with_status where region = ${place.region}`;
    expect(rows).toEqual([{ status: "cancelled" }]);
  });
});
