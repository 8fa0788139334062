import { type ChildProcess, spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { programWords, runCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { startOwnServer } from "../support/ownServer.js";
import { until } from "../support/until.js";

const database = useDatabase();

/** The command line on a pseudo-terminal, which script(1) gives it. */
function onTerminal(
  command: string,
  variables: Readonly<Record<string, string>> = {},
): { process: ChildProcess; screen: () => string; end: Promise<number | null> } {
  const terminal = spawn("script", ["-qec", `stty cols 120 rows 40; exec ${programWords} ${command}`, "/dev/null"], {
    env: {
      PATH: process.env["PATH"],
      TERM: "xterm",
      COLUMNS: "100",
      DEPLOY_QUEUE_DATABASE_URL: database.url,
      CI: "true",
      ...variables,
    },
  });
  let screen = "";
  terminal.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    screen += chunk;
  });
  return {
    process: terminal,
    screen: () => screen,
    end: new Promise((resolve) => terminal.once("close", resolve)),
  };
}

test("a person at a terminal gets a PostgreSQL of their own, with one line that says so", async () => {
  const { directory } = await startOwnServer();
  const own = { DEPLOY_QUEUE_DATABASE_URL: "", CI: "", DEPLOY_QUEUE_DATA_DIRECTORY: directory };

  const { screen, end } = onTerminal("environment list", own);

  expect(await end).toBe(0);
  expect(stripVTControlCharacters(screen()).match(/using this user's own PostgreSQL in \S+/g)).toEqual([
    `using this user's own PostgreSQL in ${directory}`,
  ]);
});

test.each([
  ["in CI", { CI: "true" }],
  ["in Kubernetes", { KUBERNETES_SERVICE_HOST: "10.0.0.1" }],
  ["in a container", { container: "podman" }],
])("%s and without a terminal, a missing URL is refused with 2, in one line", async (place, variables) => {
  const { code, stderr } = await runCli(["environment", "list"], {
    CI: "",
    DEPLOY_QUEUE_DATABASE_URL: "",
    ...variables,
  });

  expect(code).toBe(2);
  expect(stderr).toMatch(
    new RegExp(
      `^deploy-queue: neither DEPLOY_QUEUE_DATABASE_URL nor DEPLOY_QUEUE_URL is set, and ${place} a private queue coordinates nothing\\. .*\n$`,
    ),
  );
});

const answers = [
  ["no", "n\n", 4],
  ["nothing", "\n", 4],
  ["Ctrl-D", "\u0004", 4],
  ["Ctrl-C", "\u0003", 130],
] as const;

test.for([
  ["yes", "y\n", 0, "finished", "deployed"],
  ...answers.map((answer) => [...answer, "held", "deploy-queue: nothing was changed: .*"] as const),
] as const)(
  "release on a terminal shows what will happen and asks; the answer is %s",
  async ([version, answer, code, status, said]) => {
    const { id } = await database.enqueue({ region: "asked", version, hold: "outside", command: ["echo", "deployed"] });
    const terminal = onTerminal(`release ${id}`);
    await until("the question", () => terminal.screen().includes("Release it? [y/N]"));
    expect(terminal.screen()).toContain("runs echo deployed");
    terminal.process.stdin?.write(answer);

    expect(await terminal.end).toBe(code);
    // What comes after the question stands on a line of its own.
    expect(stripVTControlCharacters(terminal.screen())).toMatch(new RegExp(`^(?!.*y/N).*${said}\\r?$`, "m"));
    expect((await database.queue.deployment(id)).status).toBe(status);
  },
);

test.for([["yes", "y\n", 0, "cancelled"], ...answers.map((answer) => [...answer, "held"] as const)] as const)(
  "purge on a terminal asks; the answer is %s",
  async ([version, answer, code, status]) => {
    const { id } = await database.enqueue({ region: "dropped", version, hold: "outside" });
    const terminal = onTerminal(`purge ${id}`);
    await until("the question", () => terminal.screen().includes("Drop it? [y/N]"));
    terminal.process.stdin?.write(answer);

    expect(await terminal.end).toBe(code);
    expect(terminal.screen().includes("nothing was changed")).toBe(status === "held");
    expect((await database.queue.deployment(id)).status).toBe(status);
  },
);

const startOnTerminal = (region: string, ...more: readonly string[]) => {
  const flags = ["--environment", "dev", "--provider", "aws", "--region", region, "--cell-index", "0"];
  return onTerminal(["start", ...flags, "--component", "api", ...more].join(" "));
};

async function holding(region: string): Promise<number> {
  const { id } = await database.enqueue({ region, component: "web", version: "v7" });
  await database.queue.tryStart(id);
  return id;
}

/** The one that waits behind the holder. */
async function waiting(holder: number): Promise<number> {
  const [row] = await database.sql<
    { id: number }[]
  >`select max(id) as id from deploy_queue.deployments where id > ${holder}`;
  return row?.id ?? 0;
}

test("a wait on a terminal is one region that is redrawn every second and leaves no trace", async () => {
  const holder = await holding("terminal");
  const terminal = startOnTerminal("terminal");

  await until("two drawings", () => (terminal.screen().match(/waits for/g)?.length ?? 0) >= 3);
  expect(stripVTControlCharacters(terminal.screen())).toMatch(/deployment \d+ \(api\) waits for \d+.*position 1/);
  expect(stripVTControlCharacters(terminal.screen())).toMatch(/deployment \d+ \(web@v7\) by \w+ has been running for/);
  await database.queue.finish(holder);
  expect(await terminal.end).toBe(0);
  expectNoTrace(terminal.screen());
  expect(stripVTControlCharacters(terminal.screen()).trimEnd()).toMatch(/deployment \d+ \(api\) started$/);
});

/** The last drawing is erased before the log goes on, and the cursor is shown again. */
function expectNoTrace(screen: string): void {
  expect(screen.slice(screen.lastIndexOf("waits for"))).toContain("\u001b[2K");
  expect(screen.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(screen.lastIndexOf("\u001b[?25l"));
}

test("Ctrl-C ends a wait on a terminal without a trace of the region", async () => {
  const holder = await holding("interrupted");
  const terminal = startOnTerminal("interrupted");
  await until("a drawing", () => terminal.screen().includes("waits for"));

  terminal.process.stdin?.write("\u0003");

  expect(await terminal.end).toBe(5);
  expectNoTrace(terminal.screen());
  const lines = stripVTControlCharacters(terminal.screen()).trimEnd().split(/\r?\n/);
  expect(lines.at(-2)).toMatch(/deployment \d+ was cancelled and left the line$/);
  expect(lines.at(-1)).toMatch(/^deploy-queue: SIGINT came while waiting$/);
  expect((await database.queue.deployment(await waiting(holder))).status).toBe("cancelled");
});

test("a wait whose terminal is closed gives its place up", async () => {
  const holder = await holding("closed");
  const terminal = startOnTerminal("closed");
  await until("a drawing", () => terminal.screen().includes("waits for"));

  terminal.process.kill("SIGKILL");

  const id = await waiting(holder);
  await until("its place is given up", async () => (await database.queue.deployment(id)).status === "cancelled");
  expect((await database.queue.deployment(id)).cancellation_note).toContain("SIGHUP");
});

test("with --json nothing is redrawn on a terminal: the events and the lines of the log stay", async () => {
  const holder = await holding("json");
  const terminal = startOnTerminal("json", "--json");
  await until("a line about the wait", () => terminal.screen().includes("waits, position 1"));
  await database.queue.finish(holder);

  expect(await terminal.end).toBe(0);
  expect(terminal.screen()).not.toContain("\u001b[2K");
  expect(terminal.screen().match(/^\{"event":"\w+"/gm)).toEqual([
    '{"event":"enqueued"',
    '{"event":"waiting"',
    '{"event":"started"',
  ]);
});

test.for([
  ["yes", "y\n", 0, "cancelled"],
  ["no", "n\n", 4, "queued"],
] as const)(
  "cancel version on a terminal asks also about one deployment; the answer is %s",
  async ([version, answer, code, status]) => {
    const { id } = await database.enqueue({ region: "bulk", component: "bulk", version });
    const terminal = onTerminal(`cancel version -c bulk -v ${version}`);
    await until("the question", () => terminal.screen().includes("Cancel it? [y/N]"));
    expect(terminal.screen()).toContain(`  - ${id} bulk@${version} in dev-aws-bulk-cell-`);
    terminal.process.stdin?.write(answer);

    expect(await terminal.end).toBe(code);
    expect((await database.queue.deployment(id)).status).toBe(status);
  },
);
