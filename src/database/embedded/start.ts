import { spawn } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { isStandalone } from "../../standalone.js";
import { type Account, childOptions, closeToOthers, complaint, prepareDirectory, serverAccount } from "./account.js";
import { installBinaries } from "./binaries.js";
import { createCluster } from "./create.js";
import type { Cluster } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { removeAbandoned, unlessMissing } from "./files.js";
import { answering, freePort, isAlive, lastStart, type Postmaster, readPostmaster, removeStale } from "./postmaster.js";

export type Settings = Readonly<Record<string, string>>;

/** On the command line rather than in postgresql.conf, so that they follow the version of this package. */
const standardSettings: Settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "32MB",
  min_wal_size: "32MB",
  max_wal_size: "256MB",
  // No background processes that one user's queue never needs.
  io_method: "sync",
  max_logical_replication_workers: "0",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // Callers see their own errors; the log is for those of the server.
  log_min_messages: "log",
};

const portTaken = /could not bind|could not create any TCP\/IP/;
/** Another start won, or processes of a killed server are still on their way out. */
const passing = /lock file .* (already exists|is empty)|pre-existing shared memory block/;
const patienceMs = 120_000;
const largestLogBytes = 10_000_000;

export interface Start {
  readonly postmaster: Postmaster;
  readonly started: boolean;
  readonly created: boolean;
}

export async function startServer(cluster: Cluster, settings: Settings): Promise<Start> {
  if (isStandalone) {
    throw new EmbeddedServerError(
      "No PostgreSQL is inside the executable: set DEPLOY_QUEUE_DATABASE_URL, or let deploy-queue from npm start your own server.",
    );
  }
  const account = await serverAccount(cluster);
  await prepareDirectory(cluster.directory, account);
  await removeAbandoned(cluster.directory);
  const binaries = await installBinaries(cluster.directory);
  const created = await createCluster(cluster, binaries, account, settings["fsync"] !== "off");
  // A server that root starts runs as the owner of the data, whichever user that is.
  const owner = await closeToOthers(cluster, await serverAccount(cluster));
  return { ...(await startOrJoin(cluster, owner, binaries.postgres, settings)), created };
}

async function startOrJoin(cluster: Cluster, account: Account, program: string, settings: Settings) {
  const deadline = Date.now() + patienceMs;
  let lastPort = (await lastStart(cluster)).port;
  while (Date.now() < deadline) {
    const running = await answering(cluster);
    if (running !== undefined) return { postmaster: running, started: false };

    const found = await readPostmaster(cluster);
    if (found !== undefined && (await isAlive(cluster, found))) {
      await setTimeout(20);
      continue;
    }
    if (found !== undefined) await removeStale(cluster, found);

    // Trying the last port first keeps addresses valid; looking whether it is free would take it from a rival start.
    const port = lastPort ?? (await freePort());
    const attempt = await launch(cluster, account, program, { ...standardSettings, ...settings, port: String(port) });
    if (attempt.postmaster !== undefined) return { postmaster: attempt.postmaster, started: true };
    if (portTaken.test(attempt.log)) lastPort = undefined;
    else if (passing.test(attempt.log)) await setTimeout(50);
    else throw failure(cluster, `did not start: ${complaint(attempt.log)}`, attempt.log);
  }
  throw failure(cluster, `was not ready within ${patienceMs / 1000} seconds`);
}

function failure(cluster: Cluster, what: string, cause?: unknown): EmbeddedServerError {
  return new EmbeddedServerError(`The embedded PostgreSQL in ${cluster.directory} ${what} (log: ${cluster.log}).`, {
    cause,
  });
}

/** Not by pg_ctl: the pid, the exit and the log lines of this very start tell a lost race from a failure. */
async function launch(cluster: Cluster, account: Account, program: string, settings: Settings) {
  const size = (await unlessMissing(stat(cluster.log)))?.size ?? 0;
  if (size > largestLogBytes) await rename(cluster.log, `${cluster.log}.old`).catch(() => undefined);
  const log = await open(cluster.log, "a", 0o600);
  const logged = (await log.stat()).size;
  const child = spawn(
    program,
    ["-D", cluster.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...childOptions(account, cluster.directory), stdio: ["ignore", log.fd, log.fd] },
  );
  child.unref();
  const ended = new AbortController();
  child.once("exit", () => ended.abort());
  child.once("error", (error) => ended.abort(error));
  try {
    const postmaster = await ready(cluster, child.pid, ended.signal);
    if (postmaster !== undefined) return { postmaster, log: "" };
    if (child.pid === undefined) throw ended.signal.reason;
    const text = await readFile(cluster.log);
    return { postmaster, log: linesOf(child.pid, text.subarray(logged).toString()) };
  } finally {
    await log.close();
  }
}

async function ready(cluster: Cluster, pid: number | undefined, ended: AbortSignal): Promise<Postmaster | undefined> {
  for (const deadline = Date.now() + patienceMs; !ended.aborted && Date.now() < deadline; ) {
    const postmaster = await answering(cluster);
    if (postmaster?.pid === pid) return postmaster;
    await setTimeout(10, undefined, { signal: ended }).catch(() => undefined);
  }
  return undefined;
}

/** Several starts write into one log; each line of a server that got as far as its settings carries its pid. */
function linesOf(pid: number, text: string): string {
  const own = text.split("\n").filter((line) => line.includes(`[${pid}]`));
  return own.length > 0 ? own.join("\n") : text;
}
