import { readFile } from "node:fs/promises";
import { reasonOf } from "../reasons.js";
import type { Cluster } from "./directory.js";
import { clusterIn, embeddedDirectory } from "./directory.js";
import { EmbeddedServerError } from "./EmbeddedServerError.js";
import { hasCode } from "./files.js";
import { answering, isAlive, lastStart, readPostmaster } from "./postmaster.js";
import { refuseUnsafe } from "./safety.js";

export { EmbeddedServerError };

export interface EmbeddedServer {
  readonly directory: string;
  readonly url: string;
  /** This call started the server. */
  readonly started: boolean;
  /** This call created its data. */
  readonly created: boolean;
}

export interface EmbeddedServerStatus {
  readonly running: boolean;
  readonly directory: string;
  readonly version: string | undefined;
  readonly pid: number | undefined;
  readonly port: number | undefined;
  readonly url: string | undefined;
}

/**
 * Finds the user's PostgreSQL server, or creates and starts it; it stays when this process ends. `settings` are server
 * parameters and count only when this call starts it. Throws EmbeddedServerError.
 */
export async function ensureEmbeddedServer(
  directory?: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedServer> {
  const cluster = clusterIn(directory ?? (await embeddedDirectory()));
  return explaining(cluster, async () => {
    const running = await answering(cluster);
    if (running !== undefined) {
      return { directory: cluster.directory, url: await urlOf(cluster, running.port), started: false, created: false };
    }
    const { startServer } = await import("./start.js");
    const { postmaster, started, created } = await startServer(cluster, settings);
    return { directory: cluster.directory, url: await urlOf(cluster, postmaster.port), started, created };
  });
}

/** Starts nothing. `version` is that of the last start. */
export async function embeddedServerStatus(directory?: string): Promise<EmbeddedServerStatus> {
  const cluster = clusterIn(directory ?? (await embeddedDirectory()));
  return explaining(cluster, async () => {
    const running = await answering(cluster);
    const { version } = await lastStart(cluster);
    return {
      running: running !== undefined,
      directory: cluster.directory,
      version,
      pid: running?.pid,
      port: running?.port,
      url: running && (await urlOf(cluster, running.port)),
    };
  });
}

/** Ends all sessions, waits until the server is down; false when none was running. */
export async function stopEmbeddedServer(directory?: string): Promise<boolean> {
  const cluster = clusterIn(directory ?? (await embeddedDirectory()));
  return explaining(cluster, async () => {
    const postmaster = await readPostmaster(cluster);
    if (postmaster === undefined || !(await isAlive(cluster, postmaster))) return false;
    const { stopServer } = await import("./stop.js");
    await stopServer(cluster);
    return true;
  });
}

async function urlOf(cluster: Cluster, port: number): Promise<string> {
  const password = await readFile(cluster.password, "utf8");
  return `postgres://deploy_queue:${password}@127.0.0.1:${port}/deploy_queue`;
}

async function explaining<T>(cluster: Cluster, work: () => Promise<T>): Promise<T> {
  try {
    await refuseUnsafe(cluster);
    return await work();
  } catch (cause) {
    if (cause instanceof EmbeddedServerError) throw cause;
    const reason = reasonOf(cause);
    const cure = hasCode(cause, "EACCES", "EPERM", "ENOENT", "EROFS", "ENOTDIR", "EEXIST")
      ? "set DEPLOY_QUEUE_DATA_DIRECTORY to a directory of your own, or DEPLOY_QUEUE_DATABASE_URL to use another server"
      : "set DEPLOY_QUEUE_DATABASE_URL to use another server";
    throw new EmbeddedServerError(`The embedded PostgreSQL in ${cluster.directory} failed: ${reason}; ${cure}.`, {
      cause,
    });
  }
}
