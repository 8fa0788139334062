import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { nanosecondsOf } from "./compare/processor.js";
import type { BenchServer } from "./server.js";
import { time } from "./support.js";
import { program } from "./waiter.js";

/** A server of the queue in a process of its own, which logs in with nothing but the role of servers. */
export interface QueueServer {
  readonly base: string;
  /** What it logs in with. */
  readonly databaseUrl: string;
  readonly secret: string;
  /** Milliseconds from the start of its process to its first good answer. */
  readonly ready: number;
  /** How much of that it was on the processor. */
  readonly readyProcessor: number;
  /** Of its process, in MiB: what is resident now. */
  resident(): number;
  readonly pid: number;
  /** Ends it at once, and starts the next one at the same address. */
  replace(): Promise<QueueServer>;
  stop(): Promise<void>;
}

const login = `bench_server_${process.pid}`;
const secret = "bench";
export const credential = createHash("sha256").update(secret).digest("hex");

export async function openQueueServer(server: BenchServer): Promise<QueueServer> {
  const queue = server.openQueue();
  await queue.roles.create();
  await queue.source.close();
  await server.sql.unsafe(`
    create role ${login} login password 'bench';
    grant deploy_queue_server to ${login};
    select deploy_queue.create_token(name => 'bench', kind => 'operator', hash => decode('${credential}', 'hex'));`);
  const url = new URL(server.url);
  url.username = login;
  url.password = "bench";
  return launch(url.href, "127.0.0.1:0", async () => {
    await server.sql.unsafe(`drop role ${login}`);
  });
}

async function launch(url: string, listen: string, leave: () => Promise<void>): Promise<QueueServer> {
  const args = [program, "serve", "--listen", listen, "--rate-limit", "0"];
  let child: ChildProcess | undefined;
  let base = "";
  const ready = await time(async () => {
    child = spawn(process.execPath, args, {
      env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: url },
      stdio: ["ignore", "ignore", "pipe"],
    });
    base = await addressOf(child);
    await fetch(`${base}/readyz`);
  });
  const pid = child?.pid ?? 0;
  const readyProcessor = nanosecondsOf(pid) / 1e6;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const exited = child === undefined ? undefined : once(child, "exit");
    child?.kill(signal);
    await exited;
  };
  const kill = (): void => void child?.kill("SIGKILL");
  process.once("exit", kill);
  return {
    ...{ base, databaseUrl: url, secret, ready, readyProcessor, pid },
    resident() {
      const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      return Number(kilobytes) / 1024;
    },
    async replace() {
      await end("SIGKILL");
      process.off("exit", kill);
      return launch(url, new URL(base).host, leave);
    },
    async stop() {
      await end("SIGTERM");
      process.off("exit", kill);
      await leave();
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = "";
  for await (const piece of child.stderr ?? []) {
    said += String(piece);
    const [, base] = /listening on (http:\S+)/.exec(said) ?? [];
    if (base !== undefined) {
      return base;
    }
  }
  throw new Error(`"deploy-queue serve" does not listen: ${said}`);
}
