import { expect } from "vitest";
import type { RunningCli } from "./cli.js";
import type { CommandLine } from "./commandLine.js";

/** Starts a background worker and waits until it works. */
export async function startWorker(line: Pick<CommandLine, "launch">): Promise<RunningCli> {
  const worker = line.launch(["worker"]);
  await worker.printed(/works until it is stopped/);
  return worker;
}

/** Has the workers perform a task now, as their schedule would. */
export async function schedule({ sql }: Pick<CommandLine, "sql">, task: string, times = 1): Promise<void> {
  await sql`
    select deploy_queue_worker.add_job(${task}, max_attempts => 1, job_key => ${task} || copy)
    from generate_series(1, ${times}) as copy`;
}

/**
 * Asks it to stop, which takes 5 seconds at most. A slow machine gets three times as much: what waits for an answer of the
 * network would take 20 seconds.
 */
export async function stopsInTime(worker: RunningCli): Promise<void> {
  const asked = performance.now();
  worker.process.kill("SIGTERM");
  const { code, stderr } = await worker.end;
  expect(performance.now() - asked).toBeLessThan(15_000);
  expect(stderr).not.toMatch(/unhandled|\n\s+at /i);
  expect(code).toBe(0);
}
