import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { inject, onTestFinished } from "vitest";
import { Database } from "../../src/database/database.js";
import { embeddedServerStatus, ensureEmbeddedServer, stopEmbeddedServer } from "../../src/database/embedded/server.js";
import { Queue } from "../../src/queue/queue.js";
import { copyBlueprint, linkPrograms } from "./blueprint.js";
import { putSchema } from "./putSchema.js";
import { serverFolder } from "./serverFolder.js";
import { until } from "./until.js";

const settings = { fsync: "off", max_connections: "100" };

/** A server of the test's own, to crash and to replace. */
export interface OwnServer {
  readonly directory: string;
  readonly url: string;
  /** Ends at once, without a word to its clients and without a checkpoint. */
  crash(): Promise<void>;
  /** On the same port. */
  restart(): Promise<void>;
  /** A second server that follows this one. */
  standby(): Promise<OwnServer>;
  /** A queue with a connection of its own, closed after the test. */
  openQueue(): Queue;
}

export interface OwnServerOptions {
  /** Where the disk is mounted on which it lies. */
  readonly disk?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Starts a server with the schema, stopped and removed after the test. */
export async function startOwnServer({ disk, parameters }: OwnServerOptions = {}): Promise<OwnServer> {
  const directory = disk === undefined ? await newDirectory() : join(disk, "server");
  const shared = inject("serverDirectory");
  if (shared !== undefined) await copyBlueprint(shared, directory);
  const server = await serverIn(directory, { ...settings, ...parameters });
  await putSchema(server.url);
  return server;
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(serverFolder(), `deploy-queue-test-${process.pid}-`));
  await chmod(directory, 0o755);
  const shared = inject("serverDirectory");
  if (shared !== undefined) await linkPrograms(shared, directory);
  return directory;
}

async function serverIn(directory: string, parameters: Readonly<Record<string, string>>): Promise<OwnServer> {
  const closing: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    await Promise.all(closing.map((close) => close()));
    await stopEmbeddedServer(directory);
    await rm(directory, { recursive: true, force: true });
  });
  const { url } = await ensureEmbeddedServer(directory, parameters);
  return {
    directory,
    url,
    async crash() {
      const { pid } = await embeddedServerStatus(directory);
      if (pid === undefined) throw new Error("the server does not run");
      process.kill(pid, "SIGQUIT");
      await until("the server is gone", async () => !(await embeddedServerStatus(directory)).running);
    },
    async restart() {
      const { url: again } = await ensureEmbeddedServer(directory, parameters);
      if (again !== url) throw new Error(`another process has taken the port of ${url} meanwhile`);
    },
    standby: () => standbyOf(directory, url),
    openQueue() {
      const database = new Database({ url, applicationName: "tests" });
      closing.push(() => database.close());
      return new Queue(database);
    },
  };
}

async function standbyOf(primary: string, url: string): Promise<OwnServer> {
  const directory = await newDirectory();
  const home = join(directory, "postgres-18");
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql`select pg_backup_start('standby', true)`;
  await mkdir(home, { mode: 0o755 });
  execFileSync("cp", ["-a", `${join(primary, "postgres-18")}/.`, home]);
  const [backup] = await sql<{ labelfile: string }[]>`select labelfile from pg_backup_stop()`;
  await sql.end();

  const data = join(home, "data");
  await rm(join(data, "postmaster.pid"));
  await writeFile(join(data, "backup_label"), backup?.labelfile ?? "");
  await writeFile(join(data, "standby.signal"), "");
  execFileSync("chown", [
    "--reference",
    join(data, "PG_VERSION"),
    join(data, "backup_label"),
    join(data, "standby.signal"),
  ]);
  const { port } = new URL(url);
  const password = await readFile(join(home, "password"), "utf8");
  return serverIn(directory, {
    ...settings,
    primary_conninfo: `host=127.0.0.1 port=${port} user=deploy_queue password=${password}`,
  });
}
