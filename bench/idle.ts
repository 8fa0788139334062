import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServer, Figure } from "./support.js";

const seconds = 90;

/** What one sleeping waiter costs: statements a minute, connections, memory of its process beside a bare node. */
export async function idle(server: BenchServer): Promise<Figure[]> {
  const operator = server.openQueue();
  const location = { environment: "dev", cloudProvider: "bench", region: "idle", cellIndex: 0, component: "api" };
  const holder = await operator.enqueue(location);
  await operator.tryStart(holder.id);

  const flags = [
    "--environment",
    "dev",
    "--provider",
    "bench",
    "--region",
    "idle",
    "--cell-index",
    "0",
    "--component",
    "api",
  ];
  const waiter = spawn(process.execPath, [join(import.meta.dirname, "../dist/cli.js"), "start", ...flags], {
    env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: server.url },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(waiter.stdout, "data");
  const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "ignore" });
  // An idle backend reports its statistics with a delay of ten seconds.
  await sleep(15_000);
  const before = await activity(server);
  await sleep(seconds * 1000);
  const after = await activity(server);
  const figures: Figure[] = [
    {
      what: "statements a minute",
      figure: ((after.transactions - before.transactions) * 60) / seconds,
      beside: undefined,
      unit: "",
      target: "≤ 2",
    },
    { what: "connections", figure: after.connections, beside: undefined, unit: "", target: "1" },
    {
      what: "resident memory, beside a bare node",
      figure: await residentMebibytes(waiter.pid),
      beside: await residentMebibytes(bare.pid),
      unit: "MiB",
      target: "≤ 1.7 ×",
    },
  ];
  waiter.kill("SIGTERM");
  bare.kill();
  await once(waiter, "exit");
  await operator.database.close();
  return figures;
}

/** The waiter's statements renew its heartbeat, so the changes of its row count them. */
async function activity({ sql }: BenchServer): Promise<{ transactions: number; connections: number }> {
  const [row] = await sql<{ transactions: number; connections: number }[]>`
    select
      (select n_tup_upd from pg_stat_user_tables where relname = 'deployments')::int as transactions,
      (select count(*) from pg_stat_activity where application_name = 'deploy-queue start')::int as connections`;
  return row ?? { transactions: Number.NaN, connections: Number.NaN };
}

async function residentMebibytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
