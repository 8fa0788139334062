import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { migrationsFolder } from "../database/schema.js";
import type { Deployment } from "../queue/deployment.js";
import { reasonOf } from "../queue/errors.js";
import type { CommonInputs } from "./commonInputs.js";
import type { HeartbeatOrder } from "./heartbeatProcess.js";
import { runnerProcess } from "./jobSteps.js";
import { log } from "./log.js";
import { surroundings } from "./runnerWatch.js";
import { applicationName } from "./workflow.js";

/** How long the first heartbeat may take, in milliseconds. */
const patience = 10_000;

export interface Keeper {
  /** The name that the step has drawn for itself and for the process. */
  readonly name: string;
  readonly stopOnCancel: boolean;
}

export interface HeartbeatFiles {
  /** The directory that lives as long as the job, if the runner names one. */
  readonly jobDirectory: string | undefined;
  readonly log: string;
  /** Written by the post step, it ends the process. */
  readonly end: string;
}

export function heartbeatFiles(id: number | string): HeartbeatFiles {
  const jobDirectory = process.env["RUNNER_TEMP"] || undefined;
  const base = join(jobDirectory ?? tmpdir(), `deploy-queue-heartbeats-${id}`);
  return { jobDirectory, log: `${base}.log`, end: `${base}.end` };
}

/**
 * Starts a process that keeps the deployment alive after this process is gone, until the deployment ends. The log of the step
 * does not show that process, so this waits until it has sent its first heartbeat.
 */
export async function startHeartbeats(
  inputs: CommonInputs,
  { id }: Deployment,
  { name: keeper, stopOnCancel }: Keeper,
): Promise<void> {
  const { jobDirectory, log: path, end } = heartbeatFiles(id);
  const file = openSync(path, "w", 0o600);
  rmSync(end, { force: true });
  const bundle = join(dirname(migrationsFolder()), "dist", "action.cjs");
  const child = fork(bundle, ["heartbeats"], {
    // A session of its own gets no signals from the runner. The clean-up of GitHub's runner after the job still finds the process.
    detached: true,
    cwd: dirname(path),
    env: withoutInputs(process.env),
    execArgv: [],
    stdio: ["ignore", file, file, "ipc"],
  });
  closeSync(file);
  const order: HeartbeatOrder = {
    id,
    keeper,
    address: inputs.address,
    applicationName: applicationName(inputs.job),
    surroundings: surroundings(jobDirectory, end),
    runner: runnerProcess(),
    stopOnCancel,
  };
  child.on("error", () => undefined);
  // Not as an argument or a variable: later steps could read the password there.
  child.send(order);
  try {
    if (!(await isSending(child))) {
      log.warn(`the background process sent no heartbeat within ${patience / 1000} s; it keeps trying`);
    }
  } catch (error) {
    const reason = reasonOf(error);
    throw new Error(`the background process cannot send heartbeats: ${[reason, ...lines(path)].join("; ")}`);
  } finally {
    if (child.connected) {
      child.disconnect();
    }
    child.unref();
  }
}

/** False when the process does not answer in time. */
async function isSending(child: ChildProcess): Promise<boolean> {
  const known = new AbortController();
  const { signal } = known;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(() => true),
      once(child, "exit", { signal }).then(([code, killer]) => {
        throw new Error(`the process ended with ${killer ?? code}`);
      }),
      setTimeout(patience, false, { signal }),
    ]);
  } finally {
    known.abort();
  }
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function withoutInputs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("INPUT_")));
}
