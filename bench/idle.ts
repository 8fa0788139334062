import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { startCountingProxy } from "./countingProxy.js";
import type { BenchServer } from "./server.js";
import type { BenchOptions, Figure } from "./support.js";
import { startWaiter } from "./waiter.js";

/** What one sleeping waiter costs: statements and bytes a minute, connections, memory of its process beside a bare node. */
export async function idle(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const seconds = thorough ? 120 : 30;
  const operator = server.openQueue();
  const location = { environment: "dev", cloudProvider: "bench", region: "idle", cellIndex: 0, component: "api" };
  const holder = await operator.enqueue(location);
  await operator.tryStart(holder.id);
  await operator.database.close();

  const proxy = await startCountingProxy(server.url);
  const waiter = await startWaiter(proxy.url, location.region);
  const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "ignore" });
  process.once("exit", () => bare.kill());
  // Entering the line, the first looks and the probe for delivery are over.
  await sleep(10_000);
  proxy.restart();
  await sleep(seconds * 1000);
  const { statements, bytesSent, bytesReceived, connections } = proxy.counts();
  const memory = await residentMebibytes(waiter.pid);
  const bareMemory = await residentMebibytes(bare.pid);
  await waiter.stop();
  bare.kill();
  proxy.close();

  const aMinute = (count: number): number => (count * 60) / seconds;
  return [
    { what: "statements a minute, of any kind", figure: aMinute(statements), target: "≤ 2" },
    { what: "bytes a minute to the server", figure: aMinute(bytesSent) },
    { what: "bytes a minute from the server", figure: aMinute(bytesReceived) },
    { what: "connections, at most", figure: connections, target: "1" },
    ...(memory && bareMemory
      ? [
          {
            what: "resident memory, beside a bare node",
            figure: memory,
            beside: bareMemory,
            unit: "MiB",
            target: "≤ 1.7 ×",
          },
        ]
      : []),
  ];
}

/** Undefined where the system does not say: outside Linux. */
async function residentMebibytes(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  if (status === undefined) {
    process.stdout.write("left out: memory, which is read from /proc\n");
    return undefined;
  }
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
