import { createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { DatabaseUnavailableError } from "../../src/database/errors.js";
import { outlastOutages } from "../../src/queue/outage.js";
import { until } from "../support/until.js";

/** An open port without PostgreSQL behind it, and how many connections it has taken. */
async function startImpostor(onConnection: (socket: Socket) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { host: `127.0.0.1:${address.port}`, connections: () => connections, open: () => sockets.size };
}

function open(hosts: string, parameters = ""): Database {
  const database = new Database({
    url: `postgres://ann@${hosts}/somewhere${parameters}`,
    applicationName: "tests",
  });
  onTestFinished(() => database.close());
  return database;
}

function one(database: Database): Promise<object[]> {
  return database.query((sql) => sql`select 1`);
}

function endAtOnce(socket: Socket): void {
  socket.end();
}

function endWhenAsked(socket: Socket): void {
  socket.once("data", () => socket.end());
}

describe("a server that takes a connection and ends it before it is ready", () => {
  test.for([
    ["at once", "", endAtOnce],
    ["after the first message", "", endWhenAsked],
    ["when it is asked for TLS", "?sslmode=require", endWhenAsked],
  ] as const)("%s, is asked once for each try", async ([, parameters, onConnection]) => {
    const { host, connections } = await startImpostor(onConnection);
    const database = open(host, parameters);
    const query = (): Promise<unknown> => one(database);
    await expect(query()).rejects.toThrow(DatabaseUnavailableError);
    await expect(query()).rejects.toThrow(/cannot be reached/);
    expect(connections()).toBe(2);

    let tries = 0;
    const failure = await outlastOutages(
      () => {
        tries += 1;
        return query();
      },
      { outageTimeout: 500 },
    ).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseUnavailableError);
    expect(connections()).toBe(2 + tries);
  });

  test("is asked once also as one of several hosts", async () => {
    const { host, connections } = await startImpostor(endAtOnce);
    await expect(one(open(`${host},127.0.0.1:1`))).rejects.toThrow(DatabaseUnavailableError);
    expect(connections()).toBe(1);
  });
});

test("a connection that was given up does not stay open", async () => {
  const { host, open: openSockets } = await startImpostor((socket) => void socket.resume());
  const database = new Database({ url: `postgres://ann@${host}/somewhere`, applicationName: "tests" });
  await expect(database.query((sql) => sql`select 1`, 100)).rejects.toThrow(/did not answer within/);
  await until("it is closed", () => openSockets() === 0);
});
