import { readFileSync } from "node:fs";
import { Command } from "clipanion";
import type { FastifyInstance } from "fastify";
import { createLogger } from "../commandLine/logger.js";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { optionalName, valueOption, valueOr } from "../commandLine/values.js";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import type { Database } from "../database/database.js";
import { InvalidValueError } from "../database/errors.js";
import { servingRights } from "../database/serverFacts.js";
import type { LeveledLog } from "../display/log.js";
import { RefusedError } from "../queue/errors.js";
import type { SharedOptions } from "../server/createServer.js";
import type { MeasuredDatabase } from "../server/metrics/createMetricsServer.js";
import type { Meter } from "../server/observeRequests.js";
import type { SignInOptions } from "../server/signIn/signIn.js";
import { parseNumber } from "../text/numbers.js";

interface Address {
  readonly host: string;
  readonly port: number;
}

export class ServeCommand extends QueueCommand {
  static override paths = [["serve"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Serve the queue over HTTP until stopped",
    details: `
      Callers bring a token of \`token create\` instead of a database login. /docs describes all calls, /openapi.json does so for programs, and
      docs/http-api.md begins with curl. Any number of servers may run beside each other.

      Its database login needs the role deploy_queue_server and nothing else: each call runs with the rights of its caller.
      People sign in at /sign-in where \`--sign-in-issuer\` names their OIDC issuer; \`trust add people\` says who may. Its secret for this client is
      taken from DEPLOY_QUEUE_SIGN_IN_SECRET. Their session is a cookie that no script reads.
      SIGTERM and SIGINT let requests that run end, and stop it.

      With \`--databases\` it stands before several databases, and each environment has its own path: DEPLOY_QUEUE_URL ends with /prod, for
      instance. docs/scaling.md describes the file.
    `,
    examples: [
      ["On this machine only", "deploy-queue serve --listen 127.0.0.1:8080"],
      ["Several databases", "deploy-queue serve --databases databases.yaml"],
    ],
  });

  listen = valueOr("--listen", "127.0.0.1:8080", "Address and port, such as 0.0.0.0:8080 or [::]:8080", parseListen);
  basePath = valueOption("--base-path", "What each path begins with behind a proxy, such as /queue", parseBasePath);
  trustedProxies = optionalName(
    "--trusted-proxies",
    "Addresses of proxies whose X-Forwarded-For counts, such as 10.0.0.0/8",
  );
  tlsCert = optionalName("--tls-cert", "File with the certificate, for TLS without a proxy");
  tlsKey = optionalName("--tls-key", "File with its key");
  metricsListen = valueOption(
    "--metrics-listen",
    "Address and port of /metrics, such as 127.0.0.1:9464; none by default. It asks for no token",
    parseListen,
  );
  rateLimit = valueOption(
    "--rate-limit",
    "Requests of a token in a minute, at most; 60000 by default, 0: any number. An address without a good token has a tenth",
    parseNumber,
  );
  signInIssuer = valueOption(
    "--sign-in-issuer",
    "OIDC issuer where people sign in, such as https://accounts.google.com",
    parseHttpsUrl,
  );
  signInClient = optionalName("--sign-in-client", "The client id that it has given to this server");
  signInScope = optionalName(
    "--sign-in-scope",
    'What is asked of it, such as "email groups"; "email profile" by default',
  );
  publicUrl = valueOption(
    "--public-url",
    "Where browsers reach this server, such as https://queue.example.com",
    parseHttpsUrl,
  );
  databases = optionalName(
    "--databases",
    "YAML file that names several databases and their environments, each served at /<environment>",
  );
  connections = valueOr(
    "--connections",
    "8",
    "Connections to each database for requests at most, beside the one that listens; 8 by default",
    parseNumber,
  );

  /** Of several databases, none is waited for: those that are there are served. */
  override perform(): Promise<number> {
    return this.databases === undefined ? super.perform() : this.#serveMany(this.databases);
  }

  override async act({ log, queue }: Session): Promise<number> {
    await requireServingRights(queue.database, log);
    const { url } = await resolveConnectionTarget(this.context.env);
    const { createServer } = await import("../server/createServer.js");
    return this.#serve(log, [{ url }], (options) => createServer({ ...options, url }));
  }

  async #serveMany(file: string): Promise<number> {
    const [{ readDatabasesFile }, { createServerOfMany }] = await Promise.all([
      import("../server/databasesFile.js"),
      import("../server/createServerOfMany.js"),
    ]);
    const { databases, problems } = readDatabasesFile(file, this.context.env);
    for (const problem of problems) {
      this.context.stderr.write(`${problem}\n`);
    }
    return problems.length > 0
      ? 2
      : this.#serve(createLogger(this.context), databases, (options) => createServerOfMany({ ...options, databases }));
  }

  async #serve(
    log: LeveledLog,
    measured: readonly MeasuredDatabase[],
    create: (options: SharedOptions) => Promise<FastifyInstance>,
  ): Promise<number> {
    const metrics = await this.#metrics(measured);
    const server = await create({
      ...{ log, connections: this.connections, basePath: this.basePath, tls: this.#tls() },
      ...{ rateLimit: this.rateLimit, meter: metrics?.meter },
      trustedProxies: this.trustedProxies?.split(",").map((address) => address.trim()),
      signIn: this.#signIn(),
    });
    const stopped = new Promise<NodeJS.Signals>((resolve) => {
      process.once("SIGTERM", resolve).once("SIGINT", resolve);
    });
    if (metrics !== undefined && this.metricsListen !== undefined) {
      log.info(`metrics on ${await listen(metrics.server, this.metricsListen)}/metrics`);
    }
    log.info(`listening on ${await listen(server, this.listen)}${this.basePath ?? ""}`);
    log.info(`${await stopped} came; stopping`);
    await server.close();
    await metrics?.server.close();
    return 0;
  }

  async #metrics(
    measured: readonly MeasuredDatabase[],
  ): Promise<{ readonly meter: Meter; readonly server: FastifyInstance } | undefined> {
    if (this.metricsListen === undefined) {
      return undefined;
    }
    const [{ Metrics }, { createMetricsServer }] = await Promise.all([
      import("../server/metrics/metrics.js"),
      import("../server/metrics/createMetricsServer.js"),
    ]);
    const meter = new Metrics();
    return { meter, server: createMetricsServer(meter, measured) };
  }

  #signIn(): SignInOptions | undefined {
    const { signInIssuer: issuer, signInClient: clientId, signInScope: scope, publicUrl } = this;
    if (issuer === undefined && clientId === undefined) {
      return undefined;
    }
    if (issuer === undefined || clientId === undefined || publicUrl === undefined) {
      throw new InvalidValueError("--sign-in-issuer, --sign-in-client and --public-url are given together");
    }
    const clientSecret = this.context.env["DEPLOY_QUEUE_SIGN_IN_SECRET"] || undefined;
    return { issuer, clientId, clientSecret, scope, publicUrl };
  }

  #tls(): { cert: Buffer; key: Buffer } | undefined {
    const { tlsCert, tlsKey } = this;
    if (tlsCert === undefined && tlsKey === undefined) {
      return undefined;
    }
    if (tlsCert === undefined || tlsKey === undefined) {
      throw new InvalidValueError("--tls-cert and --tls-key are given together");
    }
    return { cert: contents(tlsCert, "--tls-cert"), key: contents(tlsKey, "--tls-key") };
  }
}

/** Without the role, each caller would be told that it may not do what it asks for, or would have the rights of this login. */
async function requireServingRights(database: Database, log: LeveledLog): Promise<void> {
  const rights = await servingRights(database);
  const cure = `As the owner of the queue: "deploy-queue roles create", then "grant deploy_queue_server to ${rights?.role};".`;
  if (rights?.may_serve !== true) {
    throw new RefusedError(`the role ${rights?.role} may not serve: it has no role deploy_queue_server`, {
      hint: cure,
    });
  }
  if (rights.may_all) {
    log.warn(
      `the role ${rights.role} owns the queue: a server needs only deploy_queue_server, and its login should have no more`,
    );
  }
}

async function listen(server: FastifyInstance, address: Address): Promise<string> {
  try {
    return await server.listen(address);
  } catch (error) {
    throw new InvalidValueError(`cannot listen on ${address.host}:${address.port}`, {
      hint: "Another process may have the port, or the address is not of this machine.",
      cause: error,
    });
  }
}

function contents(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InvalidValueError(`the file of ${option} cannot be read`, { cause: error });
  }
}

function parseListen(text: string, option: string): Address {
  const [, host, port] = /^(\[[\da-f:.]+\]|[\w.-]*):(\d{1,5})$/i.exec(text) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new InvalidValueError(`${option} must be an address and a port, such as 127.0.0.1:8080, not "${text}"`);
  }
  return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

function parseHttpsUrl(text: string, option: string): string {
  if (!/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))/i.test(text) || !URL.canParse(text)) {
    throw new InvalidValueError(
      `${option} must be a URL that begins with https:, or one of this machine, not "${text}"`,
    );
  }
  return text;
}

function parseBasePath(text: string, option: string): string {
  const path = text.replace(/\/+$/, "");
  if (path !== "" && !/^(?:\/[\w.-]+)+$/.test(path)) {
    throw new InvalidValueError(`${option} must be a path such as /queue, not "${text}"`);
  }
  return path;
}
