import { type ConnectionSettings, connectionSettings } from "./connectionSettings.js";
import type { Database } from "./database.js";
import { primaryOf } from "./primary.js";
import { openSocket } from "./socket.js";

/**
 * The same connection as a URL for node-postgres, which knows one host only, the one that takes writes, and less of sslmode: whether
 * the server has TLS is found out before.
 */
export async function nodePostgresUrl(url: string, database: Database): Promise<string> {
  const settings = await primaryOf(connectionSettings(url));
  const [row] = await database.query<{ name: string }>((sql) => sql`select current_database() as name`);
  const { hosts, user, password, parameters } = settings;
  const [{ name, port }] = hosts;
  const host = name.includes(":") ? `[${name}]` : encodeURIComponent(name);
  const query = new URLSearchParams({ ...parameters, ...(await tlsParameters(settings)) });
  // It takes "+" for itself, not for a blank.
  const suffix = query.toString().replaceAll("+", "%20");
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(row?.name ?? "")}?${suffix}`;
}

async function tlsParameters(settings: ConnectionSettings): Promise<Record<string, string>> {
  const { use, verified, rootCertificate, certificate, key, direct } = settings.tls;
  if (use === "never" || (use === "if offered" && !(await encrypts(settings)))) {
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
