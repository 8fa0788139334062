import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();
const cli = join(import.meta.dirname, "../../dist/cli.js");

test("a wait on a terminal is one region that is redrawn every second and leaves no trace", async () => {
  const holder = await database.enqueue({ region: "terminal", component: "web", version: "v7" });
  await database.queue.tryStart(holder.id);
  const flags = "--environment dev --provider aws --region terminal --cell-index 0 --component api";
  // script(1) gives the process a pseudo-terminal.
  const terminal = spawn(
    "script",
    ["-qec", `stty cols 120 rows 40; '${process.execPath}' '${cli}' start ${flags}`, "/dev/null"],
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
  const ended = new Promise<number | null>((resolve) => terminal.once("close", resolve));

  await until("two drawings", () => (screen.match(/waits for/g)?.length ?? 0) >= 3);
  expect(stripVTControlCharacters(screen)).toMatch(/deployment \d+ \(api\) waits for \d+.*position 1/);
  expect(stripVTControlCharacters(screen)).toMatch(/deployment \d+ \(web@v7\) has been running for/);
  await database.queue.finish(holder.id);
  expect(await ended).toBe(0);
  // The last drawing is erased before the log goes on, and the cursor is shown again.
  expect(screen.slice(screen.lastIndexOf("waits for"))).toContain("\u001b[2K");
  expect(screen.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(screen.lastIndexOf("\u001b[?25l"));
  expect(stripVTControlCharacters(screen).trimEnd()).toMatch(/deployment \d+ \(api\) started$/);
});
