import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ConnectionSettings } from "./connectionSettings.js";
import { AccessDeniedError } from "./errors.js";
import { socketPath } from "./hosts.js";
import { tlsOptions } from "./tls.js";

const tlsRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * A connection to the first host of the settings, encrypted and verified as they say. It is made here, since the drivers each have
 * their own idea of sslmode.
 * @param givenUp ends an attempt
 * @throws AccessDeniedError when the server has no TLS that satisfies them, else the error of the network
 */
export async function openSocket(settings: ConnectionSettings, givenUp: AbortSignal): Promise<Socket> {
  const [host] = settings.hosts;
  const { use } = settings.tls;
  const plain = await openPlain(settings, givenUp);
  if (use === "never" || socketPath(host) !== undefined) {
    return plain;
  }
  try {
    const answer = settings.tls.direct ? "S" : await askForTls(plain, settings, givenUp);
    if (answer === "S") {
      return await encrypt(plain, settings, givenUp);
    }
    if (answer === "N" && use === "if offered") {
      return plain;
    }
    plain.destroy();
  } catch (error) {
    plain.destroy();
    if (use === "always" || !isOfTls(error)) {
      throw error;
    }
  }
  if (use === "if offered") {
    return openPlain(settings, givenUp);
  }
  throw new AccessDeniedError(`${host.name}:${host.port} offers no TLS, and sslmode insists on it`, {
    hint: "Turn TLS on at the server, or at the pooler in front of it.",
  });
}

async function openPlain(settings: ConnectionSettings, givenUp: AbortSignal): Promise<Socket> {
  const [host] = settings.hosts;
  const path = socketPath(host);
  const socket = path === undefined ? connect(host.port, host.address ?? host.name) : connect(path);
  await inTime(socket, "connect", settings, givenUp);
  // For the messages of postgres.js.
  return Object.assign(socket, { host: host.name, port: host.port });
}

/** @returns S for yes, N for no; anything else is from a server that does not know the question */
async function askForTls(plain: Socket, settings: ConnectionSettings, givenUp: AbortSignal): Promise<string> {
  plain.write(tlsRequest);
  const answer = await Promise.race([
    inTime(plain, "data", settings, givenUp),
    once(plain, "close").then(() => {
      throw networkError("ECONNRESET", "the server ended the connection before it was ready");
    }),
  ]);
  const [bytes]: unknown[] = answer;
  // More than one byte did not come through TLS, and must not count as if it had.
  return Buffer.isBuffer(bytes) && bytes.length === 1 ? bytes.toString() : "";
}

async function encrypt(plain: Socket, settings: ConnectionSettings, givenUp: AbortSignal): Promise<TLSSocket> {
  const [host] = settings.hosts;
  // The certificate is compared with "servername", and with "host" where an address allows no servername.
  const named = isIP(host.name) ? {} : { servername: host.name };
  const socket = connectTls({ socket: plain, host: host.name, ...named, ...tlsOptions(settings.tls) });
  try {
    await inTime(socket, "secureConnect", settings, givenUp);
  } catch (error) {
    if (socket.authorizationError && error instanceof Error) {
      throw new AccessDeniedError(`the certificate of ${host.name}:${host.port} is not accepted: ${error.message}`, {
        hint: "Give the file with the certificate of its issuer as sslrootcert. verify-full and channel_binding=require also compare the name of the host.",
        cause: error,
      });
    }
    throw error;
  }
  return Object.assign(socket, { host: host.name, port: host.port });
}

async function inTime(
  socket: Socket,
  event: string,
  { connectTimeout }: ConnectionSettings,
  givenUp: AbortSignal,
): Promise<unknown[]> {
  const late = AbortSignal.timeout(connectTimeout);
  try {
    return await once(socket, event, { signal: AbortSignal.any([givenUp, late]) });
  } catch (error) {
    socket.destroy();
    if (givenUp.aborted) {
      throw networkError("CONNECTION_DESTROYED", "the connection was given up");
    }
    throw late.aborted ? networkError("CONNECT_TIMEOUT", `no connection within ${connectTimeout / 1000} s`) : error;
  }
}

function isOfTls(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(?:ERR_SSL_|ERR_TLS_|EPROTO)/.test(String(error.code));
}

export function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
