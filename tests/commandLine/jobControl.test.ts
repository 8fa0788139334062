import { type ChildProcess, spawn } from "node:child_process";
import { expect, test } from "vitest";
import { programWords } from "../support/cli.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { killLater } from "../support/leftovers.js";
import { works } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

interface Terminal {
  readonly process: ChildProcess;
  readonly screen: () => string;
  readonly type: (text: string) => void;
  readonly end: Promise<number | null>;
}

/** On a pseudo-terminal, as script(1) gives it; job control is that of an interactive shell. */
function onTerminal(place: Place, onTerm: string): Terminal {
  const command = `trap '${onTerm}' TERM INT QUIT HUP; echo \\"command $$\\"; while :; do sleep 0.05; done`;
  const line = `${programWords} run ${place.options.join(" ")} -- sh -c "${command}"`;
  const terminal = spawn("script", ["-qec", `exec ${line}`, "/dev/null"], {
    env: { PATH: process.env["PATH"], SHELL: "/bin/sh", TERM: "xterm", CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url },
  });
  killLater(terminal);
  let screen = "";
  terminal.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    screen += chunk;
  });
  return {
    process: terminal,
    screen: () => screen,
    type: (text) => void terminal.stdin.write(text),
    end: new Promise((resolve) => terminal.once("close", resolve)),
  };
}

async function command(terminal: Terminal): Promise<number> {
  return Number(await until("the command runs", () => /^command (\d+)/m.exec(terminal.screen())?.[1]));
}

test("Ctrl-\\ on a terminal reaches the command, and the run ends with its exit code", async () => {
  const terminal = onTerminal(newPlace(), "exit 9");
  const pid = await command(terminal);

  terminal.type("\u001c");

  expect(await terminal.end).toBe(9);
  expect(works(pid)).toBe(false);
});

test("Ctrl-Z does not suspend a run, which says so and goes on", async () => {
  const terminal = onTerminal(newPlace(), "exit 0");
  await command(terminal);

  terminal.type("\u001a");
  await until("it says so", () => terminal.screen().includes("Ctrl-Z does not suspend"));
  terminal.type("\u0003");

  expect(await terminal.end).toBe(0);
});

test("a terminal that is closed ends the command, and the deployment has failed", async () => {
  const place = newPlace();
  const terminal = onTerminal(place, "exit 4");
  const pid = await command(terminal);

  terminal.process.kill("SIGKILL");

  await until("the command has ended", () => !works(pid));
  await until("the deployment has failed", async () => {
    const [row] = await cli.sql<{ status: string }[]>`
      select status from deploy_queue.deployments_with_status where region = ${place.region}`;
    return row?.status === "failed";
  });
});
