import postgres from "postgres";
import { arrayTypes } from "./arrays.js";
import { clientSockets, driverOptions } from "./clientSockets.js";
import { connectionSettings } from "./connectionSettings.js";
import { primaryOf } from "./primary.js";

export type Sql = postgres.Sql<{ bigint: number; texts: string[]; smallints: number[] }>;

/** A client of postgres.js, and what its end leaves to do. */
export type Client = Sql & { readonly destroy: () => void };

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
 * A client with one connection, which its first query opens.
 * @throws InvalidValueError when the URL is none
 */
export async function openClient(given: ClientOptions): Promise<Client> {
  const settings = await primaryOf(connectionSettings(given.url));
  const sockets = clientSockets(settings);
  // postgres.js' own listen() would hold a second connection; its connections hand notifications to "onnotify", which
  // the type of its options does not know, nor "socket".
  const options = {
    ...driverOptions(settings, sockets),
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    backoff: () => 0,
    fetch_types: false,
    prepare: given.prepare,
    connection: { application_name: given.applicationName, ...settings.parameters },
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String }, ...arrayTypes },
    onnotice: (notice: postgres.Notice) => {
      const message = String(notice["message"]);
      if (notice["code"] === warningCode) {
        given.onWarning(message);
      } else if (notice["severity_local"] !== "DEBUG" && notice["code"] === "00000") {
        given.onNotice(message);
      }
    },
    onnotify: given.onNotification,
    onclose: () => {
      sockets.lost();
      given.onClose();
    },
  };
  return Object.assign(postgres(options), { destroy: sockets.destroy });
}

/** @param timeout seconds for the answers that are still to come */
export async function endClient(opening: Promise<Client> | undefined, timeout: number): Promise<void> {
  const client = await opening?.catch(() => undefined);
  await client?.end({ timeout }).catch(() => undefined);
  client?.destroy();
}
