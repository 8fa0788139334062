import { expect, onTestFinished, test } from "vitest";
import { RefusedError } from "../../src/queue/errors.js";
import { startCli } from "../support/cli.js";
import { useCommandLine } from "../support/commandLine.js";
import { childrenOf, works } from "../support/processes.js";
import { until } from "../support/until.js";

const line = useCommandLine();

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
  expect(works(command)).toBe(true);
  paused.process.kill("SIGCONT");
  await until("its command is gone", () => !works(command));

  const { code, stderr } = await paused.end;
  expect(code).toBe(5);
  expect(stderr).toMatch(/was cancelled: reaped by .*: no heartbeat since .*; stopping the command/);
  expect(await line.queue.history.verify()).toEqual([]);
});

test("when the watchdog is paused too, the next one starts beside the command, and only assert says that the cell is lost", async () => {
  const environment = await line.environment({ heartbeatTimeout: "12 seconds" });
  const location = ["--environment", environment, "--provider", "aws", "--region", "tree", "--cell-index", "1"];
  const run = (...command: string[]) =>
    startCli(["run", ...location, "--component", "api", "--", ...command], { DEPLOY_QUEUE_DATABASE_URL: line.url });
  const paused = run("sh", "-c", 'echo "$$ $DEPLOY_QUEUE_DEPLOYMENT_ID"; exec sleep 60');
  const [, command, id] = (await paused.printed(/^(\d+) (\d+)$/m)).map(Number);
  const keeper = paused.process.pid ?? 0;
  const tree = [keeper, ...childrenOf(keeper), command ?? 0];
  for (const pid of tree) process.kill(pid, "SIGSTOP");
  onTestFinished(() => {
    for (const pid of tree.filter(works)) process.kill(pid, "SIGCONT");
  });
  expect((await line.queue.assert(id ?? 0)).id).toBe(id);
  await line.advance("13 seconds");

  expect((await run("true").end).code).toBe(0);

  expect(works(command ?? 0)).toBe(true);
  await expect(line.queue.assert(id ?? 0)).rejects.toThrow(RefusedError);
});
