import { expect, onTestFinished, test } from "vitest";
import { startCli } from "../support/cli.js";
import { useCommandLine } from "../support/commandLine.js";
import { until } from "../support/until.js";

const line = useCommandLine();

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a holder that was paused past its heartbeat timeout has lost the cell, notices, and stops its command", async () => {
  const environment = await line.environment({ heartbeatTimeout: "12 seconds" });
  const location = ["--environment", environment, "--provider", "aws", "--region", "paused", "--cell-index", "1"];
  const run = (...command: string[]) =>
    startCli(["run", ...location, "--component", "api", "--grace-period", "2s", "--", ...command], {
      DEPLOY_QUEUE_DATABASE_URL: line.url,
    });
  const paused = run("sh", "-c", "echo $$; exec sleep 60");
  const command = Number((await paused.printed(/^\d+$/m))[0]);
  const next = run("true");
  await next.printed(/waits|position/);

  paused.process.kill("SIGSTOP");
  onTestFinished(() => void paused.process.kill("SIGCONT"));
  await line.advance("13 seconds");
  expect((await next.end).code).toBe(0);
  expect(isThere(command)).toBe(true);
  paused.process.kill("SIGCONT");
  await until("its command is gone", () => !isThere(command));

  const { code, stderr } = await paused.end;
  expect(code).toBe(5);
  expect(stderr).toMatch(/was cancelled: reaped by .*: no heartbeat since .*; stopping the command/);
  expect(await line.queue.history.verify()).toEqual([]);
});
