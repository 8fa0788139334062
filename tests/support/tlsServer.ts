import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { inject } from "vitest";
import { ensureEmbeddedServer, stopEmbeddedServer } from "../../src/database/embedded/server.js";
import { copyBlueprint } from "./blueprint.js";
import { putSchema } from "./putSchema.js";
import { serverFolder } from "./serverFolder.js";

export interface TlsServer {
  /** The certificate that has signed those of the server. */
  readonly root: string;
  /** Another one, which has signed nothing. */
  readonly strange: string;
  /** The directory of its Unix socket. */
  readonly sockets: string;
  /** As superuser. */
  readonly sql: postgres.Sql;
  url(host: string, parameters?: string): string;
  /** Gives the server a certificate for these names, such as DNS:localhost or IP:127.0.0.1. */
  certify(...names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** A server with TLS, on all addresses of the machine. */
export async function startTlsServer(): Promise<TlsServer> {
  const directory = await mkdtemp(join(serverFolder(), "deploy-queue-tls-"));
  await chmod(directory, 0o755);
  const path = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { stdio: "pipe", cwd: directory });
  const root = (name: string): void =>
    openssl(
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "),
      ...["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.crt`],
    );
  root("root");
  root("strange");
  const sign = async (names: readonly string[]): Promise<void> => {
    openssl(
      ..."req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout server.key -out server.csr -addext".split(
        " ",
      ),
      `subjectAltName=${names.join(",")}`,
    );
    openssl(
      ..."x509 -req -in server.csr -CA root.crt -CAkey root.key -copy_extensions copy -days 2 -out server.crt".split(
        " ",
      ),
    );
    await chmod(path("server.key"), 0o600);
    // PostgreSQL does not run as root, and its key must be its own.
    if (process.getuid?.() === 0) await chown(path("server.key"), 65_534, 65_534);
  };
  await sign(["DNS:localhost"]);
  const shared = inject("serverDirectory");
  if (shared !== undefined) await copyBlueprint(shared, path("server"));
  const files = { ssl: "on", ssl_cert_file: path("server.crt"), ssl_key_file: path("server.key") };
  await mkdir(path("sockets"));
  await chmod(path("sockets"), 0o777);
  const { url } = await ensureEmbeddedServer(path("server"), {
    ...{ fsync: "off", listen_addresses: "*", unix_socket_directories: path("sockets") },
    ...files,
  });
  await putSchema(url);
  const sql = postgres(url, { max: 1 });
  return {
    root: path("root.crt"),
    strange: path("strange.crt"),
    sockets: path("sockets"),
    sql,
    url: (host, parameters = "") => `${url.replace("127.0.0.1", host)}${parameters}`,
    async certify(...names) {
      await sign(names);
      await sql`select pg_reload_conf()`;
    },
    async stop() {
      await sql.end({ timeout: 1 });
      await stopEmbeddedServer(path("server"));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
