import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

export interface Waiter {
  /** Of its deployment. */
  readonly id: number;
  readonly pid: number | undefined;
  /** Resolves when the process has ended with 0; rejects with what it said when with anything else. */
  readonly succeeded: Promise<void>;
  /** Makes it give its place up, and waits for its end. */
  stop(): Promise<void>;
}

/** The command line of this tree, built before. */
export const program = join(import.meta.dirname, "../dist/cli.js");

/** A process of the command line until it has ended well. */
export async function runCommand(url: string, given: readonly string[], path = program): Promise<void> {
  const env = { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url };
  await promisify(execFile)(process.execPath, [path, ...given], { env });
}

/** A process of the command line that has entered the line of cell 0 in that region. */
export async function startWaiter(url: string, region: string, path = program): Promise<Waiter> {
  const place = ["--environment", "dev", "--provider", "bench", "--region", region, "--cell-index", "0"];
  const child = spawn(process.execPath, [path, "start", ...place, "--component", "api"], {
    env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = text(child.stderr);
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "exit").then(([code]) => {
    process.off("exit", kill);
    return code;
  });
  const succeeded = exited.then(async (code) => {
    if (code !== 0) throw new Error(`"deploy-queue start" ended with ${code}: ${await said}`);
  });
  // stop() does not ask for this promise.
  succeeded.catch(() => undefined);
  const ended = succeeded.then(() => Promise.reject(new Error("it did not wait")));
  const [id] = await Promise.race([once(child.stdout, "data"), ended]);
  return {
    id: Number(String(id)),
    pid: child.pid,
    succeeded,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
