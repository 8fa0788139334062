import type { Socket } from "node:net";
import { superviseAuthentication } from "./authentication.js";
import { type ConnectionSettings, isProtected } from "./connectionSettings.js";
import { networkError, openSocket } from "./socket.js";

/** The sockets of one client of postgres.js, which has one at a time. */
export interface ClientSockets {
  /** For the client's option "socket". */
  readonly open: () => Promise<Socket>;
  /** For the client's option "pass". */
  readonly password: () => string;
  /** To be called when the client has lost a connection that was ready. */
  readonly lost: () => void;
  /** To be called when the client has ended: it leaves dead connections to TCP, and does not know of those that are being made. */
  readonly destroy: () => void;
}

/**
 * A server that takes a connection and ends it before it is ready, as a proxy does in front of a PostgreSQL that is
 * stopped, is no error to postgres.js: it connects again at once, and for ever. Here that is an error.
 */
export function clientSockets(settings: ConnectionSettings): ClientSockets {
  let opening: AbortController | undefined;
  let socket: Socket | undefined;
  let mayHavePassword = (): boolean => true;
  let ended = false;
  return {
    async open() {
      if (opening !== undefined) {
        throw networkError("ECONNRESET", "the server ended the connection before it was ready");
      }
      opening = new AbortController();
      socket = await openSocket(settings, opening.signal);
      const rules = { clearText: isProtected(settings), proof: settings.requireProof };
      if (!rules.clearText || rules.proof) {
        mayHavePassword = superviseAuthentication(socket, rules);
      }
      if (ended) {
        socket.destroy();
      }
      return socket;
    },
    password: () => (mayHavePassword() ? settings.password : ""),
    lost() {
      opening = undefined;
    },
    destroy() {
      ended = true;
      opening?.abort();
      socket?.destroy();
    },
  };
}

/** The options of postgres.js that say where and how: the socket is ours, and the driver must not look at variables. */
export function driverOptions(settings: ConnectionSettings, sockets: ClientSockets) {
  const { hosts, user, database, connectTimeout, keepAlive } = settings;
  const [host] = hosts;
  return {
    host: host.name,
    port: host.port,
    user,
    database,
    pass: sockets.password,
    ssl: false,
    sslnegotiation: null,
    socket: sockets.open,
    max: 1,
    fetch_types: false,
    connect_timeout: connectTimeout / 1000,
    keep_alive: keepAlive,
  };
}
