import { cpus, totalmem } from "node:os";
import postgres from "postgres";
import { Database } from "../src/database/database.js";
import { Queue } from "../src/queue/queue.js";
import { putSchema } from "../tests/support/putSchema.js";
import { startEmbedded } from "../tests/support/server.js";

/** What a benchmark gets: a server, and on it a database that no other benchmark sees. */
export interface BenchServer {
  readonly url: string;
  readonly sql: postgres.Sql;
  openQueue(): Queue;
}

/** PostgreSQL's own defaults where the embedded server, made for one person, has less; and connections for all. */
const serverSettings = {
  io_method: "worker",
  max_connections: "700",
  max_wal_size: "1GB",
  min_wal_size: "80MB",
  shared_buffers: "128MB",
};
const quiet = { onnotice: () => undefined };

/** The server of DEPLOY_QUEUE_BENCH_DATABASE_URL, or an embedded one with its durability left on. */
export async function withServer(act: (url: string, description: string) => Promise<void>): Promise<void> {
  const given = process.env["DEPLOY_QUEUE_BENCH_DATABASE_URL"];
  if (given !== undefined) {
    return act(given, "DEPLOY_QUEUE_BENCH_DATABASE_URL");
  }
  const { url, stop } = await startEmbedded(serverSettings);
  try {
    await act(url, "embedded");
  } finally {
    await stop();
  }
}

/**
 * An empty database on the server that the URL names, dropped again afterwards, with all that were made from within and whose
 * makers have died.
 */
export async function withDatabase<Result>(
  serverUrl: string,
  name: string,
  act: (url: string) => Promise<Result>,
): Promise<Result> {
  const url = new URL(serverUrl);
  const outer = /^\/(deploy_queue_bench_.+)/.exec(url.pathname)?.[1] ?? `deploy_queue_bench_${process.pid}`;
  const database = `${outer}_${name}`;
  const admin = postgres(serverUrl, { max: 1, ...quiet });
  url.pathname = `/${database}`;
  try {
    await admin.unsafe(`create database ${database}`);
    return await act(url.href);
  } finally {
    const left = await admin<{ name: string }[]>`
      select datname as name from pg_database where starts_with(datname, ${`${database}_`}) or datname = ${database}`;
    for (const { name } of left) {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
    }
    await admin.end({ timeout: 1 });
  }
}

/** Puts the schema into a database, and hands it to a benchmark. */
export async function withSchema<Result>(url: string, act: (server: BenchServer) => Promise<Result>): Promise<Result> {
  await putSchema(url);
  const openQueue = (): Queue => new Queue(new Database({ url, applicationName: "bench" }));
  const sql = postgres(url, { max: 4, ...quiet });
  try {
    return await act({ url, sql, openQueue });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** What figures depend on, by name. */
export async function machineFacts(url: string, description: string): Promise<Record<string, string>> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: String(cpus().length),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    server: description,
    ...(await serverFacts(url)),
    date: new Date().toISOString(),
  };
}

/** The server's part of it, and whether the server keeps its promise that what is committed stays. */
export async function serverFacts(url: string): Promise<Record<string, string>> {
  const sql = postgres(url, { max: 1, ...quiet });
  const names = [
    "server_version",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "shared_buffers",
    "max_connections",
  ];
  const facts: Record<string, string> = {};
  for (const name of names) {
    const [row] = await sql<{ value: string }[]>`select current_setting(${name}) as value`;
    facts[name] = row?.value ?? "unknown";
  }
  await sql.end();
  const lost = ["fsync", "full_page_writes", "synchronous_commit"].filter((name) => facts[name] === "off");
  return { ...facts, durability: lost.length === 0 ? "on" : `off (${lost.join(", ")})` };
}

/** Whether the server has so many connections to give; says what is left out when it has not. */
export async function affords({ sql }: BenchServer, what: string, needed: number): Promise<boolean> {
  const [row] = await sql<{ free: number; all: number }[]>`
    select
      current_setting('max_connections')::integer as all,
      current_setting('max_connections')::integer
        - current_setting('superuser_reserved_connections')::integer
        - coalesce(current_setting('reserved_connections', true)::integer, 0)
        - (select count(datid) from pg_stat_activity)::integer as free`;
  const { free, all } = row ?? { free: 0, all: 0 };
  if (free < needed) {
    process.stdout.write(
      `left out: ${what} needs ${needed} connections, the server has ${free} to give (max_connections = ${all})\n`,
    );
  }
  return free >= needed;
}
