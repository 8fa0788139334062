import postgres from "postgres";
import { clientSockets, driverOptions } from "./clientSockets.js";
import { type ConnectionSettings, describeSettings, withHost } from "./connectionSettings.js";
import { AccessDeniedError, DatabaseUnavailableError } from "./errors.js";
import { startSession } from "./session.js";
import { toUnavailable } from "./unavailable.js";

/**
 * The settings with one of the hosts: the one that takes writes; after a fail-over that is another one. They are
 * asked side by side, so that a silent one costs no time. A single host is not asked.
 * @throws DatabaseUnavailableError when none of them takes writes
 */
export async function primaryOf(settings: ConnectionSettings): Promise<ConnectionSettings> {
  if (settings.hosts.length < 2) {
    return settings;
  }
  const candidates = settings.hosts.map((host) => withHost(settings, host));
  try {
    return await Promise.any(candidates.map(unlessStandby));
  } catch (error) {
    const failures = error instanceof AggregateError ? error.errors : [error];
    const strange = failures.find((failure) => !(failure instanceof DatabaseUnavailableError));
    const denied = failures.every((failure) => failure instanceof AccessDeniedError);
    const ErrorClass = denied ? AccessDeniedError : DatabaseUnavailableError;
    throw strange ?? new ErrorClass(failures.map(({ message }) => message).join("; "), { cause: error });
  }
}

async function unlessStandby(settings: ConnectionSettings): Promise<ConnectionSettings> {
  const target = describeSettings(settings);
  let destroy = (): void => undefined;
  try {
    const { client, session } = await startSession(settings, (connection) => {
      const sockets = clientSockets(settings);
      destroy = sockets.destroy;
      return postgres({ ...driverOptions(settings, sockets), prepare: false, onnotice: () => undefined, connection });
    });
    void client.end({ timeout: 0 }).catch(() => undefined);
    if (session.standby) {
      throw new DatabaseUnavailableError(`${target} is a standby`);
    }
    return settings;
  } catch (error) {
    throw toUnavailable(error, target);
  } finally {
    destroy();
  }
}
