import postgres from "postgres";
import { Database } from "../src/database/database.js";
import { ensureSchema } from "../src/database/schema.js";
import { Queue } from "../src/queue/queue.js";
import { startEmbedded } from "../tests/support/server.js";

export interface Figure {
  readonly what: string;
  readonly figure: number;
  /** The floor or the rival, measured in the same run on the same server. */
  readonly beside: number | undefined;
  readonly unit: string;
  readonly target: string;
}

export interface BenchServer {
  readonly url: string;
  readonly version: string;
  readonly description: string;
  readonly sql: postgres.Sql;
  openQueue(): Queue;
}

/** PostgreSQL's own defaults where the embedded server, made for one person, has less; and connections for all. */
const serverSettings = { max_connections: "700", shared_buffers: "128MB", max_wal_size: "1GB" };

/** The server of DEPLOY_QUEUE_BENCH_DATABASE_URL, or an embedded one with its durability left on. */
export async function withBenchServer(measure: (server: BenchServer) => Promise<void>): Promise<void> {
  const given = process.env["DEPLOY_QUEUE_BENCH_DATABASE_URL"];
  const { url: root, stop } =
    given === undefined ? await startEmbedded(serverSettings) : { url: given, stop: async () => undefined };
  const name = `deploy_queue_bench_${process.pid}`;
  const admin = postgres(root, { max: 1, onnotice: () => undefined });
  const url = new URL(root);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 4, onnotice: () => undefined });
  try {
    await admin.unsafe(`create database ${name}`);
    const database = new Database({ url: url.href, applicationName: "bench" });
    const silent = (): void => undefined;
    await ensureSchema(database, { url: url.href, migrate: true, onProgress: silent, onWarning: silent });
    await database.close();
    const [row] = await sql<{ server_version: string }[]>`show server_version`;
    await measure({
      url: url.href,
      version: row?.server_version ?? "unknown",
      description: given === undefined ? "embedded, default durability" : "DEPLOY_QUEUE_BENCH_DATABASE_URL",
      sql,
      openQueue: () => new Queue(new Database({ url: url.href, applicationName: "bench" })),
    });
  } finally {
    await sql.end({ timeout: 1 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end({ timeout: 1 });
    await stop();
  }
}

/** The value below which this share (0 to 1) of the samples lies: nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
