import type { Socket } from "node:net";
import { AccessDeniedError } from "./errors.js";

const authentication = "R".charCodeAt(0);
/** What such a message says or asks for. */
const letIn = 0;
const clearText = 3;
const proof = 12;
/** A message of authentication: its letter, its length, what it asks for. */
const shortest = 9;

function refusedCleartext(): AccessDeniedError {
  return new AccessDeniedError(
    "the server asks for the password in clear text, and no certificate proves that it is the server",
    { hint: "Use sslmode=verify-full: docs/connections.md has the URL for each provider." },
  );
}

export interface AuthenticationRules {
  /** Whether the server may have the password itself instead of a proof of it. */
  readonly clearText: boolean;
  /** Whether the server must prove that it knows the password too, by SCRAM. */
  readonly proof: boolean;
}

/**
 * Ends a connection whose server breaks the rules. It reads what the server says until the server has let us in, before the driver
 * reads it.
 * @returns whether the driver may still have the password: a server that asks after that gets none
 */
export function superviseAuthentication(socket: Socket, rules: AuthenticationRules): () => boolean {
  let pending = true;
  let proven = false;
  let rest: Buffer = Buffer.alloc(0);
  const end = (error?: Error): void => {
    pending = false;
    socket.off("data", look);
    if (error !== undefined) {
      socket.destroy(error);
    }
  };
  const look = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= shortest) {
      const what = rest[0] === authentication ? rest.readInt32BE(5) : undefined;
      proven ||= what === proof;
      if (what === letIn || what === clearText) {
        end(brokenRule(what, proven, rules));
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

function brokenRule(what: number, proven: boolean, rules: AuthenticationRules): AccessDeniedError | undefined {
  if (what === clearText && !rules.clearText) {
    return refusedCleartext();
  }
  return rules.proof && !proven
    ? new AccessDeniedError("the server does not prove that it knows the password")
    : undefined;
}
