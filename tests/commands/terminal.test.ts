import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();
const cli = join(import.meta.dirname, "../../dist/cli.js");

/** The command line on a pseudo-terminal, which script(1) gives it. */
function onTerminal(command: string): { process: ChildProcess; screen: () => string; end: Promise<number | null> } {
  const terminal = spawn(
    "script",
    ["-qec", `stty cols 120 rows 40; '${process.execPath}' '${cli}' ${command}`, "/dev/null"],
    {
      env: {
        PATH: process.env["PATH"],
        TERM: "xterm",
        COLUMNS: "100",
        DEPLOY_QUEUE_DATABASE_URL: database.url,
        CI: "true",
      },
    },
  );
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

test.for([
  ["yes", "y\n", "finished", "deployed"],
  ["no", "n\n", "held", "nothing was released"],
  ["nothing", "\n", "held", "nothing was released"],
  ["Ctrl-C", "\u0003", "held", "nothing was released"],
] as const)(
  "release on a terminal shows what will happen and asks; the answer is %s",
  async ([version, answer, status, said]) => {
    const { id } = await database.enqueue({ region: "asked", version, hold: "outside", command: ["echo", "deployed"] });
    const terminal = onTerminal(`release ${id}`);
    await until("the question", () => terminal.screen().includes("Release it? [y/N]"));
    expect(terminal.screen()).toContain("runs echo deployed");
    terminal.process.stdin?.write(answer);

    expect(await terminal.end).toBe(0);
    // What comes after the question stands on a line of its own.
    expect(stripVTControlCharacters(terminal.screen())).toMatch(new RegExp(`^(?!.*y/N).*${said}\\r?$`, "m"));
    expect((await database.queue.deployment(id)).status).toBe(status);
  },
);

test("a wait on a terminal is one region that is redrawn every second and leaves no trace", async () => {
  const holder = await database.enqueue({ region: "terminal", component: "web", version: "v7" });
  await database.queue.tryStart(holder.id);
  const flags = "--environment dev --provider aws --region terminal --cell-index 0 --component api";
  const terminal = onTerminal(`start ${flags}`);

  await until("two drawings", () => (terminal.screen().match(/waits for/g)?.length ?? 0) >= 3);
  expect(stripVTControlCharacters(terminal.screen())).toMatch(/deployment \d+ \(api\) waits for \d+.*position 1/);
  expect(stripVTControlCharacters(terminal.screen())).toMatch(/deployment \d+ \(web@v7\) has been running for/);
  await database.queue.finish(holder.id);
  expect(await terminal.end).toBe(0);
  const screen = terminal.screen();
  // The last drawing is erased before the log goes on, and the cursor is shown again.
  expect(screen.slice(screen.lastIndexOf("waits for"))).toContain("\u001b[2K");
  expect(screen.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(screen.lastIndexOf("\u001b[?25l"));
  expect(stripVTControlCharacters(screen).trimEnd()).toMatch(/deployment \d+ \(api\) started$/);
});
