import postgres from "postgres";
import { describeConnectionUrl, singleHostUrls } from "./connectionUrl.js";
import { AccessDeniedError, DatabaseUnavailableError } from "./errors.js";
import { socketsOfClient } from "./socket.js";
import { toUnavailable } from "./unavailable.js";

/** In seconds; a silent host must not hold up the others for long. */
const connectTimeout = 10;

/**
 * Of a URL with several hosts, the URL of the one that takes writes; after a fail-over that is another one. They are
 * asked side by side, so that a silent one costs no time. A URL with one host comes back as it is.
 * @throws DatabaseUnavailableError when none of them takes writes
 */
export async function primaryUrl(url: string): Promise<string> {
  const candidates = singleHostUrls(url);
  if (candidates.length < 2) {
    return url;
  }
  try {
    return await Promise.any(candidates.map(refuseStandby));
  } catch (error) {
    const failures = error instanceof AggregateError ? error.errors : [error];
    const strange = failures.find((failure) => !(failure instanceof DatabaseUnavailableError));
    const denied = failures.every((failure) => failure instanceof AccessDeniedError);
    const ErrorClass = denied ? AccessDeniedError : DatabaseUnavailableError;
    throw strange ?? new ErrorClass(failures.map(({ message }) => message).join("; "), { cause: error });
  }
}

async function refuseStandby(url: string): Promise<string> {
  const target = describeConnectionUrl(url);
  const sockets = socketsOfClient();
  const options = {
    max: 1,
    fetch_types: false,
    prepare: false,
    connect_timeout: connectTimeout,
    onnotice: () => undefined,
    socket: sockets.open,
  };
  const sql = postgres(url, options);
  try {
    const [row] = await sql<{ standby: boolean }[]>`select pg_is_in_recovery() as standby`;
    if (row?.standby !== false) {
      throw new DatabaseUnavailableError(`${target} is a standby`);
    }
    return url;
  } catch (error) {
    throw toUnavailable(error, target);
  } finally {
    sql
      .end({ timeout: 0 })
      .catch(() => undefined)
      .then(sockets.destroy);
  }
}
