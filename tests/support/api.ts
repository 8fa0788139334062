import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll } from "vitest";
import { createServer } from "../../src/server/createServer.js";
import type { TestDatabase } from "./database.js";
import { useLogins } from "./logins.js";
import { type Limits, newToken } from "./tokens.js";

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export interface Running {
  readonly app: FastifyInstance;
  /** Such as http://127.0.0.1:41234. */
  readonly base: string;
}

export interface Api {
  /** A server in this process, which logs in with the role of servers only; closed after the tests of the file. */
  start(): Promise<Running>;
  /** The secret of a new token. */
  token(kind: string, limits?: Limits): Promise<string>;
  /** What the servers have logged as warnings and errors. */
  readonly complaints: readonly string[];
}

let names = 0;

export function useApi(database: TestDatabase): Api {
  const newLogin = useLogins(database);
  const complaints: string[] = [];
  const running: FastifyInstance[] = [];
  const silent = (): void => undefined;
  const complain = (message: string): void => void complaints.push(message);
  const log = { trace: silent, debug: silent, info: silent, warn: complain, error: complain, tellsInfo: false };

  beforeAll(() => database.queue.roles.create());
  afterAll(async () => {
    await Promise.all(running.map((app) => app.close()));
  });

  return {
    complaints,
    async start() {
      const { url } = await newLogin("deploy_queue_server");
      const app = await createServer({ url, log, connections: 3 });
      running.push(app);
      return { app, base: await app.listen({ host: "127.0.0.1", port: 0 }) };
    },
    async token(kind, limits) {
      const secret = `secret-${names++}`;
      await newToken(database.sql, secret, kind, limits, createHash("sha256").update(secret).digest());
      return secret;
    },
  };
}

export async function send(base: string, secret: string, method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: Object(answer), headers: response.headers };
}
