import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll } from "vitest";
import { createServer, type ServerOptions } from "../../src/server/createServer.js";
import type { CommandLine } from "./commandLine.js";

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

export interface HttpServer {
  readonly base: string;
  /** What it has logged at info or above, and what at debug. */
  readonly logged: string[];
  readonly debugged: string[];
  readonly app: FastifyInstance;
  /** Sends a request and reads JSON. @param body a text as it is, else as JSON */
  send(secret: string | undefined, method: string, path: string, body?: unknown, headers?: object): Promise<Reply>;
  /** The secret of a new token. @param options of token create */
  token(name: string, ...options: string[]): Promise<string>;
  /** The secret of the token of that role, made once. */
  tokenOf(role: string): Promise<string>;
}

/** A server on the database of a test file. */
export function useHttpServer(cli: CommandLine, options: Partial<ServerOptions> = {}): HttpServer {
  const logged: string[] = [];
  const debugged: string[] = [];
  const tokens = new Map<string, Promise<string>>();
  let app: FastifyInstance | undefined;
  let base = "";

  beforeAll(async () => {
    const note = (message: string): void => void logged.push(message);
    const debug = (message: string): void => void debugged.push(message);
    const log = { trace: debug, debug, info: note, warn: note, error: note, tellsInfo: true };
    app = await createServer({ url: cli.url, log, connections: 2, ...options });
    base = await app.listen({ host: "127.0.0.1", port: 0 });
    await cli.run(["roles", "create"]);
  });
  afterAll(() => app?.close());

  async function token(name: string, ...more: string[]): Promise<string> {
    const { stdout } = await cli.run(["token", "create", "--name", name, ...more]);
    return stdout.trim();
  }

  return {
    logged,
    debugged,
    token,
    get base() {
      return base;
    },
    get app() {
      if (app === undefined) {
        throw new Error("the server has not started");
      }
      return app;
    },
    tokenOf(role) {
      const known = tokens.get(role) ?? token(role, "--role", role);
      tokens.set(role, known);
      return known;
    },
    async send(secret, method, path, body, headers = {}) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      return { status: response.status, body: Object(answer), headers: response.headers };
    },
  };
}
