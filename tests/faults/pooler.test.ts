import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { beforeAll, expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { createPredecessor } from "../support/predecessor.js";
import { until } from "../support/until.js";

const program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));
const database = useDatabase();
const location = ["--environment", "dev", "--provider", "aws", "--region", "pooled", "--cell-index", "1"];
let variables: Record<string, string> = {};

beforeAll(async () => {
  if (program === undefined) return undefined;
  const directory = await mkdtemp(join(tmpdir(), "deploy-queue-pooler-"));
  await chmod(directory, 0o777);
  const server = new URL(database.url);
  const port = await freePort();
  const password = server.password === "" ? "" : ` password=${decodeURIComponent(server.password)}`;
  await writeFile(
    join(directory, "pgbouncer.ini"),
    `[databases]
    * = host=${server.hostname} port=${server.port} user=${server.username}${password}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${port}
    unix_socket_dir =
    auth_type = any
    pool_mode = transaction\n`,
    { mode: 0o644 },
  );
  // Like PostgreSQL, it refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const pooler = spawn(program, ["-q", join(directory, "pgbouncer.ini")], { ...identity, stdio: "ignore" });
  const url = new URL(database.url);
  url.port = String(port);
  variables = { DEPLOY_QUEUE_DATABASE_URL: url.href };
  await until("the pooler answers", async () => (await runCli(["migrate"], variables)).code === 0);
  return async () => {
    pooler.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  };
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

// The first, since it takes over an empty queue only.
test.skipIf(program === undefined)(
  "adopt works through a transaction pooler, and leaves no function behind",
  async () => {
    await createPredecessor(database.sql);
    expect((await runCli(["adopt", "--dry-run"], variables)).code).toBe(0);
    expect((await runCli(["adopt", "--yes"], variables)).code).toBe(0);
    expect(await database.sql`select from pg_proc where proname = 'adopt'`).toHaveLength(0);
  },
);

test.skipIf(program === undefined)(
  "a waiter behind a transaction pooler warns once, looks by itself and starts",
  async () => {
    const holder = await database.enqueue({ region: "pooled", cellIndex: 1 });
    await database.queue.tryStart(holder.id);
    const waiter = startCli(["start", ...location, "--component", "api"], variables);
    await waiter.printed(/notifications do not arrive.*pooler/);
    await database.queue.finish(holder.id);
    const { code, stderr, stdout } = await waiter.end;
    expect(code).toBe(0);
    expect(stderr.match(/notifications do not arrive/g)).toHaveLength(1);
    await database.queue.finish(Number(stdout));
  },
);

test.skipIf(program === undefined)(
  "the actor is recorded behind a transaction pooler, and left to no other client",
  async () => {
    const { id } = await database.enqueue({ region: "pooled", cellIndex: 2 });
    expect((await runCli(["cancel", "deployment", String(id), "--actor", "ann"], variables)).code).toBe(0);

    expect((await database.queue.history.of(id)).at(-1)).toMatchObject({ kind: "cancelled", actor: "ann" });
    const other = postgres(variables["DEPLOY_QUEUE_DATABASE_URL"] ?? "", { max: 1, prepare: false });
    const [left] = await other`select nullif(current_setting('deploy_queue.actor', true), '') as setting`;
    await other.end();
    expect(left).toEqual({ setting: null });
  },
);

test.skipIf(program === undefined)("everything else works through a transaction pooler", async () => {
  const started = await runCli(["start", ...location, "--component", "web"], variables);
  const id = started.stdout.trim();
  expect((await runCli(["info", id], variables)).stdout).toBe(`${id} deploying web\n`);
  expect((await runCli(["finish", id], variables)).code).toBe(0);
  expect((await runCli(["run", ...location, "--component", "web", "--", "true"], variables)).code).toBe(0);
  expect((await runCli(["list", "cells", "--environment", "dev"], variables)).stdout).toContain(
    "dev-aws-pooled-cell-1",
  );
  expect(await database.queue.history.verify()).toEqual([]);
});
