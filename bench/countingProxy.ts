import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server, and counts what passes. */
export interface CountingProxy {
  readonly url: string;
  counts(): Counts;
  /** Counts from now on anew; what is open stays counted. */
  restart(): void;
  close(): void;
}

export interface Counts {
  /** Statements sent, whatever they are: SELECT, LISTEN and NOTIFY as well as UPDATE. */
  readonly statements: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** How many connections were open, at most. */
  readonly connections: number;
}

/** Without TLS, which would hide what is to be counted. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let statements = 0;
  let bytesSent = 0;
  let bytesReceived = 0;
  let connections = 0;
  const server = createServer((client) => {
    const upstream = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 5432), noDelay: true });
    client.setNoDelay();
    open.add(client);
    connections = Math.max(connections, open.size);
    const read = messageReader((type) => {
      // A simple query, or a prepared or unnamed statement.
      if (type === "Q" || type === "E") statements += 1;
    });
    client.on("data", (chunk) => {
      bytesSent += chunk.length;
      read(chunk);
    });
    upstream.on("data", (chunk) => {
      bytesReceived += chunk.length;
    });
    client.pipe(upstream).pipe(client);
    client
      .on("error", () => undefined)
      .on("close", () => {
        open.delete(client);
        upstream.destroy();
      });
    upstream.on("error", () => undefined).on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  for (const parameter of ["ssl", "sslmode"]) {
    if (url.searchParams.has(parameter)) {
      process.stdout.write(
        `measured without TLS, whatever ${parameter} of the URL says: what is counted could not be seen\n`,
      );
      url.searchParams.delete(parameter);
    }
  }
  return {
    url: url.href,
    counts: () => ({ statements, bytesSent, bytesReceived, connections }),
    restart() {
      statements = 0;
      bytesSent = 0;
      bytesReceived = 0;
      connections = open.size;
    },
    close() {
      for (const client of open) client.destroy();
      server.close();
    },
  };
}

/**
 * Calls back with the type of every message of a client, however the bytes are cut. The first message has no type; the length
 * counts itself. See https://www.postgresql.org/docs/current/protocol-message-formats.html.
 */
function messageReader(onMessage: (type: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let typeLength = 0;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= typeLength + 4) {
      const length = typeLength + rest.readInt32BE(typeLength);
      if (rest.length < length) return;
      if (typeLength === 1) onMessage(rest.toString("latin1", 0, 1));
      rest = rest.subarray(length);
      typeLength = 1;
    }
  };
}
