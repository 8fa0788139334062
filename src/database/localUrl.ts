import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { superviseAuthentication } from "./authentication.js";
import { type ConnectionSettings, isProtected } from "./connectionSettings.js";
import { relay } from "./relay.js";
import { openSocket } from "./socket.js";

const protocol = 196_608;

/**
 * Lends a URL for graphile-migrate, which takes nothing else and whose driver knows less of connections. It leads to a port of this machine,
 * behind which lies the connection of the settings. Only those get through who know the random name that the URL has for the database.
 * @param startup what is said to the server first
 */
export async function withLocalUrl<Result>(
  settings: ConnectionSettings,
  startup: Readonly<Record<string, string>>,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const name = randomUUID();
  const giveUp = new AbortController();
  let failure: unknown;
  const server = createServer((client) => {
    const onLost = (error: unknown): void => {
      failure = error;
    };
    forward(client, name, settings, startup, { givenUp: giveUp.signal, onLost }).catch((error: unknown) => {
      onLost(error);
      client.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const login = `${encodeURIComponent(settings.user)}:${encodeURIComponent(settings.password)}`;
  try {
    return await use(`postgres://${login}@127.0.0.1:${port}/${name}?sslmode=disable&sslnegotiation=postgres`);
  } catch (error) {
    throw failure ?? error;
  } finally {
    giveUp.abort();
    server.close();
  }
}

async function forward(
  client: Socket,
  name: string,
  settings: ConnectionSettings,
  startup: Readonly<Record<string, string>>,
  { givenUp, onLost }: { readonly givenUp: AbortSignal; readonly onLost: (error: Error) => void },
): Promise<void> {
  const [first]: unknown[] = await once(client, "data", { signal: givenUp });
  client.pause();
  if (!(Buffer.isBuffer(first) && first.includes(`\0database\0${name}\0`))) {
    client.destroy();
    return;
  }
  const server = await openSocket(settings, givenUp);
  superviseAuthentication(server, { clearText: isProtected(settings), proof: settings.requireProof });
  server.once("error", onLost);
  server.write(startupMessage(startup));
  relay(client, server);
  client.resume();
}

function startupMessage(startup: Readonly<Record<string, string>>): Buffer {
  const words = Object.entries(startup).flat();
  const body = Buffer.from(`${words.join("\0")}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(protocol, 4);
  return Buffer.concat([head, body]);
}
