import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** The part of postgres.js' options that names the server. */
interface Address {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
}

/** The sockets of one client of postgres.js, which has one at a time. */
export interface Sockets {
  /** For the client's option "socket". */
  readonly open: (address: Address) => Promise<Socket>;
  /** To be called when the client has lost a connection that was ready. */
  readonly lost: () => void;
  /** To be called when the client has ended: it leaves dead connections to TCP, and does not know of those that are being made. */
  readonly destroy: () => void;
}

/** Milliseconds in which a connection is made, or not at all. */
const patience = 10_000;

/**
 * A server that takes a connection and ends it before it is ready, as a proxy does in front of a PostgreSQL that is
 * stopped, is no error to postgres.js: it connects again at once, and for ever. Here that is an error.
 */
export function socketsOfClient(): Sockets {
  let socket: Socket | undefined;
  let connecting = false;
  let ended = false;
  return {
    async open({ host: [host = "localhost"], port: [port = 5432], path }) {
      if (connecting) {
        throw networkError("ECONNRESET", "the server ended the connection before it was ready");
      }
      connecting = true;
      const opened = path ? connect(path) : Object.assign(connect(port, host), { host, port });
      socket = opened;
      try {
        await once(opened, "connect", { signal: AbortSignal.timeout(patience) });
      } catch (error) {
        opened.destroy();
        throw error instanceof Error && error.name === "AbortError"
          ? networkError("CONNECT_TIMEOUT", `no connection within ${patience / 1000} s`)
          : error;
      }
      if (ended) {
        opened.destroy();
      }
      return opened;
    },
    lost() {
      connecting = false;
    },
    destroy() {
      ended = true;
      socket?.destroy();
    },
  };
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
