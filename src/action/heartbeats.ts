import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { migrationsFolder } from "../database/schema.js";
import type { Deployment } from "../queue/deployment.js";
import type { HeartbeatOrder } from "./heartbeatProcess.js";
import type { StartInputs } from "./inputs.js";
import { log } from "./log.js";
import { applicationName } from "./workflow.js";

/** How long the first heartbeat may take, in milliseconds. */
const patience = 10_000;

/**
 * Starts a process that keeps the deployment alive until it ends, after this one is gone; it cannot be seen, so it is
 * awaited until its first heartbeat was sent.
 * @returns the path of its log
 */
export async function startHeartbeats(inputs: StartInputs, { id }: Deployment): Promise<string> {
  const directory = process.env["RUNNER_TEMP"] || tmpdir();
  const path = join(directory, `deploy-queue-heartbeats-${id}.log`);
  const file = openSync(path, "w", 0o600);
  const bundle = join(dirname(migrationsFolder()), "dist", "action.cjs");
  const child = fork(bundle, ["heartbeats"], {
    // A session of its own, and no signals from the runner; its clean-up after the job still finds the process.
    detached: true,
    cwd: directory,
    env: withoutInputs(process.env),
    execArgv: [],
    stdio: ["ignore", file, file, "ipc"],
  });
  closeSync(file);
  const order: HeartbeatOrder = {
    id,
    databaseUrl: inputs.databaseUrl,
    applicationName: applicationName(inputs.job),
    runner: runnerProcess(),
  };
  child.on("error", () => undefined);
  // Not as an argument or a variable, where the steps that follow could see the password.
  child.send(order);
  try {
    if (!(await isSending(child))) {
      log.warn(`no heartbeat was sent within ${patience / 1000} s; their process keeps trying`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`no heartbeats can be sent: ${[reason, ...lines(path)].join("; ")}`);
  } finally {
    if (child.connected) {
      child.disconnect();
    }
    child.unref();
  }
  return path;
}

/** False when that is not known in time. */
async function isSending(child: ChildProcess): Promise<boolean> {
  const known = new AbortController();
  const { signal } = known;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(() => true),
      once(child, "exit", { signal }).then(([code, killer]) => {
        throw new Error(`their process ended with ${killer ?? code}`);
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

/** The runner's process for this job; undefined where the step is started by something else, as in a container. */
function runnerProcess(): number | undefined {
  try {
    const commandLine = readFileSync(`/proc/${process.ppid}/cmdline`, "utf8");
    return commandLine.includes("Runner.Worker") ? process.ppid : undefined;
  } catch {
    return undefined;
  }
}
