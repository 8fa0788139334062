import type pg from "pg";
import { type ConnectionSettings, connectionSettings } from "./connectionSettings.js";
import type { Database } from "./database.js";
import { socketPath } from "./hosts.js";
import { primaryOf } from "./primary.js";
import { sessionOptions } from "./session.js";
import { SettingsStream } from "./settingsStream.js";
import { openSocket } from "./socket.js";

/** The same connection as that of the database, for node-postgres, which asks no variables for any of it. */
export async function nodePostgresConfig(url: string, database: Database): Promise<pg.ClientConfig> {
  const settings = await primaryOf(connectionSettings(url));
  const { hosts, user, password, keepAlive } = settings;
  const [host] = hosts;
  return {
    host: host.name,
    port: host.port,
    user,
    password: () => password,
    database: await nameOf(database),
    application_name: settings.applicationName ?? database.applicationName,
    ssl: false,
    sslnegotiation: "postgres",
    stream: () => new SettingsStream(settings),
    options: await optionsFor(settings, database),
    keepAlive: keepAlive !== null,
    keepAliveInitialDelayMillis: (keepAlive ?? 0) * 1000,
  };
}

/**
 * The same for graphile-migrate, which takes a URL only. Its driver knows one host only, the one that takes writes, and less of
 * sslmode: whether the server has TLS is found out before.
 */
export async function nodePostgresUrl(url: string, database: Database): Promise<string> {
  const settings = await primaryOf(connectionSettings(url));
  const { hosts, user, password } = settings;
  const [{ name, address, port }] = hosts;
  const query = new URLSearchParams({
    // It compares the certificate with the host that it connects to.
    host: settings.tls.verified === "name" ? name : (address ?? name),
    port: String(port),
    user,
    password,
    application_name: settings.applicationName ?? database.applicationName,
    options: await optionsFor(settings, database),
    ...(await tlsParameters(settings)),
  });
  // It takes "+" for itself, not for a blank; and decodes less of the name of a database than was encoded.
  const path = encodeURI(await nameOf(database))
    .replaceAll("?", "%3F")
    .replaceAll("#", "%23");
  return `postgres:///${path}?${query.toString().replaceAll("+", "%20")}`;
}

async function nameOf(database: Database): Promise<string> {
  const [row] = await database.query<{ name: string }>((sql) => sql`select current_database() as name`);
  return row?.name ?? "";
}

async function optionsFor({ options }: ConnectionSettings, database: Database): Promise<string> {
  return (await database.session()).fixed ? sessionOptions(options) : options;
}

async function tlsParameters(settings: ConnectionSettings): Promise<Record<string, string>> {
  const { use, verified, rootCertificate, certificate, key, direct } = settings.tls;
  if (
    use === "never" ||
    socketPath(settings.hosts[0]) !== undefined ||
    (use === "if offered" && !(await encrypts(settings)))
  ) {
    return { sslmode: "disable" };
  }
  return {
    // Without this, node-postgres takes require for verify-full.
    uselibpqcompat: "true",
    sslmode: { nothing: "require", issuer: "verify-ca", name: "verify-full" }[verified],
    ...(verified !== "nothing" && rootCertificate !== undefined && { sslrootcert: rootCertificate }),
    ...(certificate !== undefined && { sslcert: certificate }),
    ...(key !== undefined && { sslkey: key }),
    ...(direct && { sslnegotiation: "direct" }),
  };
}

async function encrypts(settings: ConnectionSettings): Promise<boolean> {
  const socket = await openSocket(settings, new AbortController().signal);
  socket.destroy();
  return "encrypted" in socket;
}
