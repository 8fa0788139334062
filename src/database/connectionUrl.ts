import { connectionSettings, databaseUrlVariable, serverUrlVariable, withheldUrl } from "./connectionSettings.js";
import { InvalidValueError } from "./errors.js";
import { sharedPlace } from "./privateServer.js";

export interface ConnectionTarget {
  readonly url: string;
  /** Directory of the embedded server when that is what the URL points to. */
  readonly embeddedDirectory: string | undefined;
  /** Whether this call started the embedded server. */
  readonly embeddedStarted: boolean;
}

/**
 * Finds the database: DEPLOY_QUEUE_DATABASE_URL, or the embedded server of this user, which is started when needed.
 * @throws InvalidValueError when the variable is malformed, or unset where a private queue coordinates nothing.
 */
export async function resolveConnectionTarget(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ConnectionTarget> {
  const url = environment[databaseUrlVariable]?.trim();
  if (!url && environment[serverUrlVariable]?.trim()) {
    throw new InvalidValueError("this needs a connection to the database, not a server", {
      hint: `Set ${databaseUrlVariable} instead of ${serverUrlVariable}.`,
    });
  }
  const place = url ? undefined : sharedPlace(environment);
  if (place !== undefined) {
    const unset = `neither ${databaseUrlVariable} nor ${serverUrlVariable} is set`;
    throw new InvalidValueError(`${unset}, and ${place} a private queue coordinates nothing`, {
      hint: `Set ${databaseUrlVariable} to postgres://user:password@host/database, or to "embedded" if a private server is what you want; or ${serverUrlVariable} to the address of a server.`,
    });
  }
  return connectionTarget(url || "embedded");
}

/**
 * The database that a text names: a URL, or "embedded".
 * @throws InvalidValueError
 */
export async function connectionTarget(given: string): Promise<ConnectionTarget> {
  if (given === withheldUrl) {
    throw new InvalidValueError("the deploy-queue around this command does not tell it the URL of the database", {
      hint: "Give --pass-database-url to that run or release.",
    });
  }
  if (given !== "embedded") {
    return { url: checkConnectionUrl(given), embeddedDirectory: undefined, embeddedStarted: false };
  }
  const { ensureEmbeddedServer } = await import("./embedded/server.js");
  const server = await ensureEmbeddedServer();
  // It has no TLS, whatever PGSSLMODE wants of others. Another program that listens on its port cannot prove to be it.
  const embedded = `${server.url}?sslmode=disable&require_auth=scram-sha-256`;
  return { url: embedded, embeddedDirectory: server.directory, embeddedStarted: server.started };
}

/**
 * Returns the URL when a connection can be made of it.
 * @param name where the URL comes from
 * @throws InvalidValueError, without a part of the URL
 */
export function checkConnectionUrl(url: string, name = databaseUrlVariable): string {
  connectionSettings(url, name);
  return url;
}
