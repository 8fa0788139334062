import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find((path) => existsSync(path));
export const hasPooler = program !== undefined;

export interface Pooler {
  /** The same database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PgBouncer in front of a database, with the user of the URL; it answers a moment later. */
export async function startPooler(
  target: string,
  options: { readonly mode: "transaction" | "session"; readonly settings?: string },
): Promise<Pooler> {
  const directory = await mkdtemp(join(tmpdir(), "deploy-queue-pooler-"));
  await chmod(directory, 0o777);
  const server = new URL(target);
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
    pool_mode = ${options.mode}
    ${options.settings ?? ""}\n`,
    { mode: 0o644 },
  );
  // Like PostgreSQL, it refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const pooler = spawn(program ?? "", ["-q", join(directory, "pgbouncer.ini")], { ...identity, stdio: "ignore" });
  const url = new URL(target);
  url.port = String(port);
  return {
    url: url.href,
    async stop() {
      pooler.kill("SIGKILL");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
