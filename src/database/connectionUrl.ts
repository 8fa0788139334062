import { InvalidValueError } from "./errors.js";

export const databaseUrlVariable = "DEPLOY_QUEUE_DATABASE_URL";

const connectionUrlHint = "It looks like postgres://user:password@host:5432/database.";

export interface ConnectionTarget {
  readonly url: string;
  /** Directory of the embedded server when that is what the URL points to. */
  readonly embeddedDirectory: string | undefined;
  /** Whether this call started the embedded server. */
  readonly embeddedStarted: boolean;
}

/**
 * Finds the database: DEPLOY_QUEUE_DATABASE_URL, or the embedded server of this user, which is started when needed.
 * @throws InvalidValueError when the variable is malformed, or unset in CI, where a private queue coordinates nothing.
 */
export async function resolveConnectionTarget(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ConnectionTarget> {
  const url = environment[databaseUrlVariable]?.trim();
  if (url !== undefined && url !== "" && url !== "embedded") {
    return { url: checkConnectionUrl(url), embeddedDirectory: undefined, embeddedStarted: false };
  }
  if (url !== "embedded" && isTrue(environment["CI"])) {
    throw new InvalidValueError(
      "DEPLOY_QUEUE_DATABASE_URL is not set, and in CI a queue of one's own coordinates nothing",
      {
        hint: 'Set it to postgres://user:password@host/database, or to "embedded" if a private server is what you want.',
      },
    );
  }
  const { ensureEmbeddedServer } = await import("./embedded/server.js");
  const server = await ensureEmbeddedServer();
  return { url: server.url, embeddedDirectory: server.directory, embeddedStarted: server.started };
}

/**
 * Returns the URL when it looks like one of PostgreSQL. The message never repeats it: it may hold a password.
 * @param name where the URL comes from
 * @throws InvalidValueError
 */
export function checkConnectionUrl(url: string, name = databaseUrlVariable): string {
  const malformed = (reason: string): InvalidValueError =>
    new InvalidValueError(`${name} is not a valid connection URL: ${reason}`, { hint: connectionUrlHint });
  const authority = /^postgres(?:ql)?:\/\/([^/?#]*)/.exec(url)?.[1];
  if (authority === undefined) {
    throw malformed("it must begin with postgres:// or postgresql://");
  }
  // Several hosts, for fail-over, are more than the URL parser knows.
  const [hosts = "", credentials = ""] = authority.split("@").reverse();
  for (const host of hosts.split(",")) {
    try {
      new URL(`postgres://${credentials}${credentials && "@"}${host || "localhost"}/`);
      decodeURIComponent(credentials);
    } catch {
      throw malformed(
        `its host or port cannot be read${credentials.includes("%") ? "; is the password percent-encoded?" : ""}`,
      );
    }
  }
  if (authority.split("@").length > 2) {
    throw malformed('it has more than one "@"; in a password that is written %40');
  }
  return url;
}

/** The same URL for each of its hosts. */
export function singleHostUrls(url: string): string[] {
  const [, start = "", hosts = "", rest = ""] = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(url) ?? [];
  return hosts.split(",").map((host) => `${start}${host}${rest}`);
}

/** "user@host:5432/database": what may be shown of a connection URL. */
export function describeConnectionUrl(url: string): string {
  return url.replace(
    /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::[^@]*)?@)?([^?#]*).*$/,
    (_, user: string | undefined, rest: string) => (user === undefined || user === "" ? rest : `${user}@${rest}`),
  );
}

/** Whether a variable such as CI is on. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|1)$/i.test(value);
}
