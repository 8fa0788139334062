import type { Socket } from "node:net";

/** Cuts what arrives into whole messages of PostgreSQL: a letter, a length that counts itself, and the rest. */
function wholeMessages(): (chunk: Buffer) => readonly Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Buffer[] = [];
    while (rest.length >= 5) {
      const length = 1 + rest.readUInt32BE(1);
      if (rest.length < length) break;
      messages.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return messages;
  };
}

/** Letters of the protocol: of the server, and of the client. */
const ready = "Z";
const error = "E";
const query = "Q";
const sync = "S";
const terminate = "X";

const isReady = message(ready, "E");

function connectionLost(severity: "ERROR" | "FATAL"): Buffer {
  const fields = [`S${severity}`, `V${severity}`, "C08006", "Mthe server ended the connection"];
  return message(error, `${fields.join("\0")}\0\0`);
}

function message(letter: string, body: string): Buffer {
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

/**
 * Passes messages on between a client that has said its first words and a server. Where the server goes away, each query of the client is
 * answered with an error, until the client leaves: node-postgres makes an uncaught exception of a connection that ends otherwise, and of an
 * error that comes between two queries, where its user, as graphile-migrate, does not listen for that.
 */
export function relay(client: Socket, server: Socket): void {
  const fromServer = wholeMessages();
  const fromClient = wholeMessages();
  let isLetIn = false;
  /** What the client waits for: an answer; its end, after an error; nothing. */
  let waitsFor: "answer" | "end of answer" | undefined = "answer";
  let isLost = false;

  server.on("data", (chunk: Buffer) => {
    for (const one of fromServer(chunk)) {
      const letter = String.fromCharCode(one[0] ?? 0);
      if (letter === error && waitsFor === undefined) continue;
      if (letter === error) waitsFor = "end of answer";
      if (letter === ready) {
        isLetIn = true;
        waitsFor = undefined;
      }
      client.write(one);
    }
  });
  server.once("close", () => {
    isLost = true;
    // A client that never leaves must not keep the process.
    client.unref();
    if (!isLetIn) {
      client.end(waitsFor === "answer" ? connectionLost("FATAL") : "");
    } else if (waitsFor !== undefined) {
      client.write(waitsFor === "answer" ? Buffer.concat([connectionLost("ERROR"), isReady]) : isReady);
    }
  });
  client.on("data", (chunk: Buffer) => {
    for (const one of fromClient(chunk)) {
      const letter = String.fromCharCode(one[0] ?? 0);
      if (isLost && letter === terminate) {
        client.end();
      } else if (isLost && (letter === query || letter === sync)) {
        client.write(Buffer.concat([connectionLost("ERROR"), isReady]));
      } else if (!isLost) {
        if (letter === query || letter === sync) waitsFor = "answer";
        server.write(one);
      }
      if (letter === terminate) {
        server.once("close", () => client.end());
      }
    }
  });
  client.on("error", () => server.destroy()).on("close", () => server.destroy());
}
