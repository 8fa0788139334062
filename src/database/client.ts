import postgres from "postgres";
import { arrayTypes } from "./arrays.js";
import { clientSockets, driverOptions } from "./clientSockets.js";
import { connectionSettings } from "./connectionSettings.js";
import { parseInterval } from "./intervals.js";
import { primaryOf } from "./primary.js";
import { refuseStandby, type Session, type Startup, startSession } from "./session.js";

export type Sql = postgres.Sql<{ bigint: number; texts: string[]; smallints: number[] }>;

/** A client of postgres.js, what is known of its session, and what its end leaves to do. */
export interface Client {
  readonly sql: Sql;
  readonly session: Session;
  readonly destroy: () => void;
}

export interface ClientOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly prepare: boolean;
  readonly onNotice: (message: string) => void;
  /** Warnings of the queue; those of PostgreSQL are not handed on. */
  readonly onWarning: (message: string) => void;
  readonly onNotification: (channel: string, payload: string) => void;
  readonly onClose: () => void;
}

/** Of all warnings of the queue. */
const warningCode = "01DQ1";

/**
 * A client with one connection, which has been made.
 * @param givenUp ends the attempt
 * @throws InvalidValueError when the URL is none; AccessDeniedError when the server is a standby; what the driver says
 */
export async function openClient(given: ClientOptions, givenUp: AbortSignal): Promise<Client> {
  const settings = await primaryOf(connectionSettings(given.url));
  let isOpen = false;
  let destroy = (): void => undefined;
  const connect = (startup: Startup): Sql => {
    const sockets = clientSockets(settings);
    destroy = sockets.destroy;
    // postgres.js' own listen() would hold a second connection; its connections hand notifications to "onnotify", which
    // the type of its options does not know, nor "socket".
    const options = {
      ...driverOptions(settings, sockets),
      idle_timeout: 0,
      max_lifetime: null,
      backoff: () => 0,
      prepare: given.prepare,
      connection: { application_name: settings.applicationName ?? given.applicationName, ...startup },
      types: {
        bigint: { to: 20, from: [20], parse: Number, serialize: String },
        interval: { to: 1186, from: [1186], parse: parseInterval, serialize: String },
        ...arrayTypes,
      },
      onnotice: (notice: postgres.Notice) => {
        const message = String(notice["message"]);
        if (notice["code"] === warningCode) {
          given.onWarning(message);
        } else if (notice["severity"] !== "DEBUG" && notice["code"] === "00000") {
          given.onNotice(message);
        }
      },
      onnotify: given.onNotification,
      onclose: () => {
        sockets.lost();
        if (isOpen) {
          given.onClose();
        }
      },
    };
    return postgres(options);
  };
  const giveUp = (): void => destroy();
  givenUp.addEventListener("abort", giveUp, { once: true });
  try {
    const { client, session } = await startSession(settings, connect);
    if (session.standby) {
      await client.end({ timeout: 0 });
      throw refuseStandby(settings);
    }
    isOpen = true;
    return { sql: client, session, destroy };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    givenUp.removeEventListener("abort", giveUp);
  }
}

/** @param timeout seconds for the answers that are still to come */
export async function endClient(opening: Promise<Client> | undefined, timeout: number): Promise<void> {
  const client = await opening?.catch(() => undefined);
  await client?.sql.end({ timeout }).catch(() => undefined);
  client?.destroy();
}
