import { execFile } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Cluster } from "./directory.js";
import { hasCode, processExists, readIfPresent } from "./files.js";
import { listens } from "./listener.js";

/** What `postmaster.pid` says; the file outlives a server that was killed. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
  readonly text: string;
}

const pidFile = (cluster: Cluster) => join(cluster.data, "postmaster.pid");

export async function readPostmaster(cluster: Cluster): Promise<Postmaster | undefined> {
  const text = await readIfPresent(pidFile(cluster));
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === "ready", text };
}

export async function answering(cluster: Cluster): Promise<Postmaster | undefined> {
  const postmaster = await readPostmaster(cluster);
  if (!postmaster?.ready || !processExists(postmaster.pid)) return undefined;
  if (!(await answers(postmaster.port)) || !(await listens(postmaster))) return undefined;
  // A server that is only just starting may have answered on the port of the dead one read about above.
  return (await readPostmaster(cluster))?.text === postmaster.text ? postmaster : undefined;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 2000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
  });
}

/** After a reboot the recorded pid may belong to another program. */
export async function isAlive(cluster: Cluster, postmaster: Postmaster): Promise<boolean> {
  if (!(postmaster.pid > 0) || !processExists(postmaster.pid)) return false;
  const command = await commandLine(postmaster.pid);
  return command === undefined || command.includes(cluster.data.slice(cluster.directory.length));
}

async function commandLine(pid: number): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return new Promise((resolve) => {
    execFile("ps", ["-ww", "-o", "command=", "-p", String(pid)], (error, output) => resolve(error ? "" : output));
  });
}

/**
 * Removes the file of a dead server. PostgreSQL would do so itself, but of two that start together the second may
 * remove the first one's new file; here the claim lets one process at a time look again and remove. The claim is named
 * after the dead server, so that one left by a killed process delays only that server's successor, and only once.
 */
export async function removeStale(cluster: Cluster, stale: Postmaster): Promise<void> {
  // Empty for a moment while it is being created, for ever after a crash at that moment.
  if (stale.text.trim() === "") await setTimeout(1000);
  const unchanged = async () => (await readPostmaster(cluster))?.text === stale.text;
  const claim = `${pidFile(cluster)}.${stale.pid}-${stale.text.split("\n")[2]}`;
  try {
    await (await open(claim, "wx")).close();
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const patience = Date.now() + 2000;
    while ((await unchanged()) && Date.now() < patience) await setTimeout(10);
  }
  try {
    if (await unchanged()) await rm(pidFile(cluster), { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

/** The command line of the last start, recorded by PostgreSQL once its port was its own. */
export async function lastStart(cluster: Cluster): Promise<{ port: number | undefined; version: string | undefined }> {
  const options = (await readIfPresent(join(cluster.data, "postmaster.opts"))) ?? "";
  const port = /"port=(\d+)"/.exec(options)?.[1];
  return { port: port ? Number(port) : undefined, version: /postgres-(\d+\.\d+)[^/\\]*[/\\]bin/.exec(options)?.[1] };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
