import type { Socket } from "node:net";
import { AccessDeniedError } from "./errors.js";

const authentication = "R".charCodeAt(0);
const letIn = 0;
const clearText = 3;
/** A message of authentication: its letter, its length, what it asks for. */
const shortest = 9;

export function refusedCleartext(): AccessDeniedError {
  return new AccessDeniedError(
    "the server asks for the password in clear text, and no certificate proves that it is the server",
    {
      hint: "Use sslmode=verify-full: docs/connections.md has the URL for each provider.",
    },
  );
}

/**
 * Ends a connection whose server asks for the password itself instead of a proof of it. It reads what the server says until the
 * server has let us in, before the driver reads it.
 * @returns whether the driver may still have the password: a server that asks after that gets none
 */
export function refuseCleartext(socket: Socket): () => boolean {
  let pending = true;
  let rest: Buffer = Buffer.alloc(0);
  const look = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= shortest) {
      const what = rest[0] === authentication ? rest.readInt32BE(5) : undefined;
      if (what === letIn || what === clearText) {
        pending = false;
        socket.off("data", look);
        if (what === clearText) {
          socket.destroy(refusedCleartext());
        }
        return;
      }
      const length = 1 + rest.readUInt32BE(1);
      if (rest.length < length) {
        return;
      }
      rest = rest.subarray(length);
    }
  };
  socket.prependListener("data", look);
  return () => pending;
}
