import { userInfo } from "node:os";
import { InvalidValueError } from "./errors.js";
import { type Host, hostsOf, isLocal } from "./hosts.js";
import { type Given, givenKeywords } from "./keywords.js";
import { passwordInFile } from "./libpqFiles.js";
import { type Tls, tlsOf, tlsOptions } from "./tls.js";
import { urlParts } from "./urlParts.js";

export const databaseUrlVariable = "DEPLOY_QUEUE_DATABASE_URL";
/** The URL of a server, instead. */
export const serverUrlVariable = "DEPLOY_QUEUE_URL";
/** In place of a URL that a command may not know. */
export const withheldUrl = "withheld";

/**
 * What a connection needs to know: the URL, and what it leaves out from a service, the passfile and the variables of libpq. All
 * drivers take it from here.
 */
export interface ConnectionSettings {
  readonly hosts: readonly [Host, ...Host[]];
  readonly user: string;
  /** The one of the first host; each host may have its own. */
  readonly password: string;
  readonly passwordFor: (host: Host) => string;
  readonly database: string;
  readonly tls: Tls;
  /** Whether the server must prove that it knows the password: require_auth=scram-sha-256. */
  readonly requireProof: boolean;
  /** Words for the server, such as "-c work_mem=1MB"; "" for none. */
  readonly options: string;
  readonly applicationName: string | undefined;
  /** Milliseconds in which a connection is made, or not at all. */
  readonly connectTimeout: number;
  /** Seconds without a word after which TCP asks whether the server is there; null: it does not. */
  readonly keepAlive: number | null;
}

/** In milliseconds: a silent server must not hold up a deployment. */
const defaultConnectTimeout = 10_000;
/** libpq takes 1 for 2, since it counts whole seconds. */
const shortestConnectTimeout = 2;
/** In seconds. */
const defaultKeepAlive = 60;

const sessions = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];

/**
 * @param name where the URL comes from
 * @throws InvalidValueError that repeats nothing of the URL: it may hold a password
 */
export function connectionSettings(url: string, name = databaseUrlVariable): ConnectionSettings {
  const malformed = (reason: string): InvalidValueError =>
    new InvalidValueError(`${name} is not a valid connection URL: ${reason}`, {
      hint: "It looks like postgres://user:password@host:5432/database.",
    });
  const inUrl = urlParts(url, malformed);
  const given = givenKeywords(inUrl, malformed);
  refuseSessions(given("target_session_attrs"));
  const authentication = given("require_auth");
  if (authentication !== undefined && authentication !== "scram-sha-256") {
    throw new InvalidValueError("require_auth can only be scram-sha-256");
  }
  const user = given("user") || ownName();
  if (user === undefined) {
    throw malformed("it names no user, and the user of this process has no name");
  }
  const tls = tlsOf(given);
  // Files that cannot be read are told before anything is sent.
  tlsOptions(tls);
  // A user without a host is what is left of a URL whose host was to be filled in.
  const hosts = hostsOf(given, !inUrl.has("user"), malformed);
  const database = given("dbname") || user;
  const passwordFor = (host: Host): string =>
    given("password") || passwordInFile(given("passfile"), host, database, user);
  return {
    hosts,
    user,
    password: passwordFor(hosts[0]),
    passwordFor,
    database,
    tls,
    requireProof: authentication !== undefined,
    options: given("options") ?? "",
    applicationName: given("application_name") || undefined,
    ...timesOf(given),
  };
}

function refuseSessions(session: string | undefined): void {
  if (session !== undefined && !sessions.includes(session)) {
    throw new InvalidValueError(`target_session_attrs must be one of ${sessions.join(", ")}`);
  }
  if (session === "read-only" || session === "standby") {
    throw new InvalidValueError(
      `target_session_attrs=${session} is for readers: a queue needs a server that takes writes`,
    );
  }
}

function timesOf(given: Given): Pick<ConnectionSettings, "connectTimeout" | "keepAlive"> {
  const seconds = Number(given("connect_timeout") ?? 0);
  const idle = Number(given("keepalives_idle") ?? 0);
  return {
    connectTimeout: seconds > 0 ? Math.max(seconds, shortestConnectTimeout) * 1000 : defaultConnectTimeout,
    keepAlive: Number(given("keepalives") ?? 1) === 0 ? null : idle > 0 ? idle : defaultKeepAlive,
  };
}

/** A process may have a number that no file names. */
function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] || undefined;
  }
}

/** The same settings with one of their hosts. */
export function withHost(settings: ConnectionSettings, host: Host): ConnectionSettings {
  return { ...settings, hosts: [host], password: settings.passwordFor(host) };
}

/** "user@host:5432/database": what may be shown of a connection. */
export function describeSettings({ user, hosts, database }: ConnectionSettings): string {
  const shown = hosts.map(({ name, port }) => `${name.includes(":") ? `[${name}]` : name}:${port}`);
  return `${user}@${shown.join(",")}/${database}`;
}

/** Whether the certificate proves that the server is the right one, or no other machine is on the way. */
export function isProtected({ hosts, tls }: ConnectionSettings): boolean {
  return tls.verified !== "nothing" || hosts.every(isLocal);
}
