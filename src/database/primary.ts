import postgres from "postgres";
import { clientSockets, driverOptions } from "./clientSockets.js";
import { type ConnectionSettings, describeSettings } from "./connectionSettings.js";
import { AccessDeniedError, DatabaseUnavailableError } from "./errors.js";
import { toUnavailable } from "./unavailable.js";

/** In seconds; a silent host must not hold up the others for long. */
const connectTimeout = 10;

/**
 * The settings with one of the hosts: the one that takes writes; after a fail-over that is another one. They are
 * asked side by side, so that a silent one costs no time. A single host is not asked.
 * @throws DatabaseUnavailableError when none of them takes writes
 */
export async function primaryOf(settings: ConnectionSettings): Promise<ConnectionSettings> {
  if (settings.hosts.length < 2) {
    return settings;
  }
  const candidates = settings.hosts.map((host): ConnectionSettings => ({ ...settings, hosts: [host] }));
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

async function refuseStandby(settings: ConnectionSettings): Promise<ConnectionSettings> {
  const target = describeSettings(settings);
  const sockets = clientSockets(settings);
  const options = {
    ...driverOptions(settings, sockets),
    max: 1,
    fetch_types: false,
    prepare: false,
    connect_timeout: connectTimeout,
    connection: settings.parameters,
    onnotice: () => undefined,
  };
  const sql = postgres(options);
  try {
    const [row] = await sql<{ standby: boolean }[]>`select pg_is_in_recovery() as standby`;
    if (row?.standby !== false) {
      throw new DatabaseUnavailableError(`${target} is a standby`);
    }
    return settings;
  } catch (error) {
    throw toUnavailable(error, target);
  } finally {
    sql
      .end({ timeout: 0 })
      .catch(() => undefined)
      .then(sockets.destroy);
  }
}
