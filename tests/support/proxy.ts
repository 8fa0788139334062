import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** Stands between a client and a server, and can stop passing anything on without closing a connection. */
export interface Proxy {
  readonly url: string;
  /** From now on nothing passes, in either direction; connections stay open, new ones get no answer. */
  silence(): void;
  /** From now on every connection is cut, new ones at once. */
  refuse(): void;
  /** From now on everything arrives so many milliseconds later. */
  delay(milliseconds: number): void;
  /** New connections pass again, at once; the silent ones stay silent. */
  recover(): void;
  /** How many connections are open. */
  connections(): number;
  /** Cuts every connection. */
  cut(): void;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly Socket[]>();
  let silent = false;
  let refusing = false;
  let latency = 0;
  const server = createServer((client) => {
    client.on("error", () => undefined);
    if (refusing) {
      client.destroy();
      return;
    }
    if (silent) {
      // Not passed on: a server that waits for the first message of a client holds up DROP DATABASE for a minute.
      const alone = [client] as const;
      pairs.add(alone);
      client.on("close", () => pairs.delete(alone));
      return;
    }
    const upstream = connect({ host: hostname, port: Number(port || 5432) });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let dead = false;
    silenced.add(() => {
      dead = true;
    });
    const pass = (from: Socket, to: Socket) => {
      // Later, but in order: each piece waits for the one before it.
      let last = Promise.resolve();
      from.on("data", (chunk) => {
        last = Promise.all([last, latency === 0 ? undefined : sleep(latency)]).then(() => {
          if (!dead && to.writable) to.write(chunk);
        });
      });
    };
    pass(client, upstream);
    pass(upstream, client);
    upstream.on("error", () => undefined);
    client.on("close", () => {
      pairs.delete(pair);
      upstream.destroy();
    });
    upstream.on("close", () => void (dead || client.destroy()));
  });
  const silenced = new Set<() => void>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const pair of pairs) {
      for (const socket of pair) socket.destroy();
    }
  };
  onTestFinished(() => {
    cut();
    server.close();
  });

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: url.href,
    silence() {
      silent = true;
      for (const kill of silenced) kill();
    },
    refuse() {
      refusing = true;
      cut();
    },
    delay(milliseconds) {
      latency = milliseconds;
    },
    recover() {
      latency = 0;
      silent = false;
      refusing = false;
    },
    connections: () => pairs.size,
    cut,
  };
}
