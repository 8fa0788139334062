import { userInfo } from "node:os";
import { InvalidValueError } from "./errors.js";
import { type Tls, tlsOf, tlsOptions } from "./tls.js";
import { urlParts } from "./urlParts.js";

export const databaseUrlVariable = "DEPLOY_QUEUE_DATABASE_URL";

export interface Host {
  /** A name, an IP address, or the directory of a Unix socket. */
  readonly name: string;
  readonly port: number;
}

/** What a connection needs to know: the URL, and what it leaves out from the variables of libpq. All drivers take it from here. */
export interface ConnectionSettings {
  readonly hosts: readonly [Host, ...Host[]];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: Tls;
  /** Whether the server must prove that it knows the password: require_auth=scram-sha-256. */
  readonly requireProof: boolean;
  /** What the server is told first, such as options. */
  readonly parameters: { readonly options?: string; readonly application_name?: string };
}

/** Keywords of libpq that mean something here, and their variables. */
const keywords: Readonly<Record<string, string | undefined>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslnegotiation: "PGSSLNEGOTIATION",
  channel_binding: "PGCHANNELBINDING",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  options: "PGOPTIONS",
  application_name: undefined,
  require_auth: "PGREQUIREAUTH",
};

/** Those whose absence changes nothing for a queue. */
const harmless = new Set(
  "client_encoding connect_timeout fallback_application_name gssdelegation gssencmode gsslib keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname load_balance_hosts sslcompression sslsni tcp_user_timeout".split(
    " ",
  ),
);

/**
 * @param name where the URL comes from
 * @throws InvalidValueError that repeats nothing of the URL: it may hold a password
 */
export function connectionSettings(url: string, name = databaseUrlVariable): ConnectionSettings {
  const malformed = (reason: string): InvalidValueError =>
    new InvalidValueError(`${name} is not a valid connection URL: ${reason}`, {
      hint: "It looks like postgres://user:password@host:5432/database.",
    });
  const parts = urlParts(url, malformed);
  // The spelling of JDBC, which libpq takes as well.
  const jdbc = parts.parameters.get("ssl") === "true" ? "require" : undefined;
  for (const keyword of parts.parameters.keys()) {
    if (!Object.hasOwn(keywords, keyword) && !harmless.has(keyword) && !(keyword === "ssl" && jdbc)) {
      throw malformed(
        `${/^[a-z_]+$/.test(keyword) ? `its parameter ${keyword}` : "one of its parameters"} is not known; a setting of the server is given as options=-c%20name%3Dvalue`,
      );
    }
  }
  const given = (keyword: string): string | undefined =>
    parts.parameters.get(keyword) ||
    (keyword === "sslmode" && jdbc) ||
    process.env[keywords[keyword] ?? ""] ||
    undefined;
  const session = given("target_session_attrs");
  if (session !== undefined && !["any", "read-write", "primary"].includes(session)) {
    throw new InvalidValueError(
      "target_session_attrs must be any, read-write or primary: a queue needs a server that takes writes",
    );
  }
  if (parts.user !== undefined && parts.hosts[0]?.name === "" && given("host") === undefined) {
    throw malformed("it names no host");
  }
  const user = parts.parameters.get("user") || parts.user || process.env["PGUSER"] || ownName();
  if (user === undefined) {
    throw malformed("it names no user, and the user of this process has no name");
  }
  const [options, application] = [given("options"), given("application_name")];
  const tls = tlsOf(given);
  const authentication = given("require_auth");
  if (authentication !== undefined && authentication !== "scram-sha-256") {
    throw new InvalidValueError("require_auth can only be scram-sha-256");
  }
  // Files that cannot be read are told before anything is sent.
  tlsOptions(tls);
  return {
    hosts: hostsOf(parts.hosts, parts.parameters, malformed),
    user,
    password: parts.parameters.get("password") ?? parts.password ?? process.env["PGPASSWORD"] ?? "",
    database: parts.parameters.get("dbname") || parts.database || process.env["PGDATABASE"] || user,
    tls,
    requireProof: authentication !== undefined,
    parameters: {
      ...(options !== undefined && { options }),
      ...(application !== undefined && { application_name: application }),
    },
  };
}

type Named = { readonly name: string; readonly port: string };

function hostsOf(
  inUrl: readonly Named[],
  parameters: ReadonlyMap<string, string>,
  malformed: (reason: string) => Error,
): readonly [Host, ...Host[]] {
  const names = parameters.get("host")?.split(",") ?? inUrl.map(({ name }) => name);
  const ports = parameters.get("port")?.split(",") ?? inUrl.map(({ port }) => port);
  const hosts = names.map((name, index) => ({
    name: name || process.env["PGHOST"] || "localhost",
    port: Number((ports.length === 1 ? ports[0] : ports[index]) || process.env["PGPORT"] || 5432),
  }));
  for (const { name, port } of hosts) {
    if (!/^(?:\/.*|[\p{L}\p{N}._-]+|[0-9a-fA-F:.]+(?:%\w+)?)$/u.test(name)) {
      throw malformed("a host has characters that no name of a host has");
    }
    if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw malformed("a port is not a number between 1 and 65535");
    }
  }
  const [first, ...others] = hosts;
  return [first ?? { name: "localhost", port: 5432 }, ...others];
}

/** A process may have a number that no file names. */
function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"];
  }
}

/** "user@host:5432/database": what may be shown of a connection. */
export function describeSettings({ user, hosts, database }: ConnectionSettings): string {
  const shown = hosts.map(({ name, port }) => `${name.includes(":") ? `[${name}]` : name}:${port}`);
  return `${user}@${shown.join(",")}/${database}`;
}

/** Whether no other machine can be in between: a Unix socket or a loopback address. */
export function isLocal({ name }: Host): boolean {
  return /^(?:\/.*|localhost|127(?:\.\d+){3}|::1)$/.test(name);
}

/** Whether the certificate proves that the server is the right one, or no other machine is on the way. */
export function isProtected({ hosts, tls }: ConnectionSettings): boolean {
  return tls.verified !== "nothing" || hosts.every(isLocal);
}
