import { ServerClient } from "../client/serverClient.js";
import type { ServerAddress } from "../client/serverUrl.js";
import { databaseUrlVariable, serverUrlVariable } from "../database/connectionSettings.js";
import type { Database } from "../database/database.js";
import { expectedSchemaVersion } from "../database/schema.js";
import { WakeUps } from "../database/wakeUps.js";
import { agentOf, deploymentOf, logOf, transitionsChannel } from "./channels.js";
import { InvalidValueError, SchemaError } from "./errors.js";
import { asJson, asRow } from "./json.js";
import { mostRows } from "./mostRows.js";
import { problemError } from "./problemError.js";
import type { Arguments, CallOptions, Look, Source } from "./source.js";

export interface HttpSourceOptions extends ServerAddress {
  readonly actor?: string | undefined;
  /** Notices of the queue, such as "deployment 42 (api) has already finished". */
  readonly onNotice?: (message: string) => void;
  /** Warnings of the queue, such as "cell … is new"; by default they are notices. */
  readonly onWarning?: (message: string) => void;
}

/** The server holds a page until it is read. */
const rowsOfPage = 500;
/** In milliseconds: a server that ends ends the streams of all its waiters in one instant; they must not all come back in one. */
const longestDelayOfLoss = 100;
/** In milliseconds: that those ahead become fewer is worth a look once in a while; in a long line, it happens all the time. */
const pauseBetweenPlaces = 30_000;

interface Stream {
  readonly over: AbortController;
  isKept: boolean;
  /** Runs until the next look at what only moves up. */
  timer?: NodeJS.Timeout;
}

/** The queue behind a server: each call is one request. */
export class HttpSource implements Source {
  readonly target: string;
  readonly actor: string | undefined;
  readonly #options: HttpSourceOptions;
  readonly #client: ServerClient;
  readonly #wakeUps = new WakeUps();
  readonly #streams = new Map<string, Stream>();

  constructor(options: HttpSourceOptions) {
    this.#options = options;
    this.#client = new ServerClient(options);
    this.target = this.#client.target;
    this.actor = options.actor;
  }

  get database(): Database {
    throw new InvalidValueError("this needs a connection to the database, not a server", {
      hint: `Set ${databaseUrlVariable} instead of ${serverUrlVariable}.`,
    });
  }

  async call<Row extends object>(name: string, values: Arguments, shape: CallOptions = {}): Promise<Row[]> {
    const given = Object.entries(values).map(([key, value]) => [key, asJson(key, value)]);
    const { rows, notices } = await this.#post(`/v1/call/${name}`, {
      arguments: Object.fromEntries(given),
      ...(this.actor !== undefined && { actor: this.actor }),
    });
    for (const { level, message } of notices) {
      const { onNotice, onWarning = onNotice } = this.#options;
      (level === "warning" ? onWarning : onNotice)?.(message);
    }
    return rows.map((row) => asRow(name, row, shape));
  }

  async look<Row extends object>(
    view: string,
    { where = {}, from = {}, order = [], limit = Number.POSITIVE_INFINITY, fields }: Look,
  ): Promise<Row[]> {
    const given = (values: Arguments) =>
      Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, asJson(key, value)]])),
      );
    const asked = { conditions: given(where), at_least: given(from), by: order };
    const found: Row[] = [];
    for (let after: readonly unknown[] | undefined; ; ) {
      const atMost = Math.min(limit - found.length, order.length === 0 ? mostRows : rowsOfPage);
      const { rows } = await this.#post(`/v1/look/${view}`, { ...asked, after, limit: atMost });
      for (const row of rows) {
        found.push(asRow(view, row, { fields }));
      }
      if (rows.length < atMost || found.length === limit) {
        return found;
      }
      if (order.length === 0) {
        throw new InvalidValueError(`there are more than ${mostRows} rows, which have no order to be sent in`, {
          hint: "Ask for less, or use a connection to the database.",
        });
      }
      const last: Readonly<Record<string, unknown>> = Object(rows.at(-1));
      after = order.map((field) => last[field.replace(/^-/, "")] ?? null);
    }
  }

  /** The schema is that of the server, which looks after it. @throws SchemaError when it is older than this program */
  async ensureVersion(onWarning: (message: string) => void): Promise<void> {
    const [row] = await this.call<{ answer: number }>("schema_version", {});
    const expected = expectedSchemaVersion();
    const present = row?.answer ?? 0;
    if (present < expected) {
      throw new SchemaError(`the schema behind ${this.target} has version ${present}, this program needs ${expected}`, {
        hint: "Bring the server up to date.",
      });
    }
    if (present > expected) {
      onWarning(
        `the schema behind ${this.target} has version ${present}, this program was written for ${expected}; please update it`,
      );
    }
  }

  /** The server asks the primary before it says that there is no such deployment, or that one holds its cell. */
  async proveItWrites(): Promise<void> {}

  async listen(channel: string, keeper?: string): Promise<void> {
    if (this.#streams.has(channel)) {
      return;
    }
    const stream: Stream = { over: new AbortController(), isKept: false };
    this.#streams.set(channel, stream);
    const onEnd = (): void => {
      clearTimeout(stream.timer);
      if (this.#streams.get(channel) === stream) {
        this.#streams.delete(channel);
        setTimeout(() => this.#wakeUps.wake(channel), Math.random() * longestDelayOfLoss);
      }
    };
    try {
      const refusal = await this.#client.listen(pathOf(channel, keeper), {
        ...{ signal: stream.over.signal, tellsPresent: isOfDeployment(channel), onEnd },
        onEvent: (name) => this.#heard(channel, stream, name),
      });
      if (refusal === undefined) {
        return;
      }
      this.#streams.delete(channel);
      // Of a deployment that is not there, the call that follows says so.
      if (refusal.status !== 404 || !isOfDeployment(channel)) {
        throw problemError(refusal, this.target);
      }
    } catch (error) {
      this.#streams.delete(channel);
      throw error;
    }
  }

  #heard(channel: string, stream: Stream, event: string): void {
    if (event === "kept") {
      stream.isKept = true;
    } else if (event === "waiting") {
      stream.timer ??= setTimeout(() => {
        delete stream.timer;
        this.#wakeUps.wake(channel);
      }, pauseBetweenPlaces);
    } else {
      this.#wakeUps.wake(channel);
    }
  }

  isKept(channel: string): boolean {
    return this.#streams.get(channel)?.isKept === true;
  }

  async unlisten(channel: string): Promise<void> {
    const stream = this.#streams.get(channel);
    this.#streams.delete(channel);
    clearTimeout(stream?.timer);
    stream?.over.abort();
  }

  onWakeUp(channel: string, callback: () => void): () => void {
    return this.#wakeUps.on(channel, callback);
  }

  async notificationsArrive(channel: string): Promise<boolean | undefined> {
    return this.#streams.has(channel) ? true : undefined;
  }

  followTransitions(): Promise<void> {
    return this.listen(transitionsChannel);
  }

  unfollowTransitions(): Promise<void> {
    return this.unlisten(transitionsChannel);
  }

  ownsSession(): void {}

  async giveWay(): Promise<number> {
    return Number.POSITIVE_INFINITY;
  }

  leaver(): () => void {
    return () => undefined;
  }

  async close(): Promise<void> {
    for (const channel of this.#streams.keys()) {
      await this.unlisten(channel);
    }
    this.#client.close();
  }

  async #post(path: string, request: object): Promise<{ rows: readonly unknown[]; notices: readonly Notice[] }> {
    const reply = await this.#client.post(path, request);
    const { rows, notices = [] } = Object(reply.body);
    if (reply.status !== 200 || !Array.isArray(rows)) {
      throw problemError(reply, this.target);
    }
    return { rows, notices };
  }
}

interface Notice {
  readonly level: "notice" | "warning";
  readonly message: string;
}

function pathOf(channel: string, keeper: string | undefined): string {
  const logged = logOf(channel);
  if (logged !== undefined) {
    return `/v1/deployments/${logged}/logs?content=false`;
  }
  const agent = agentOf(channel);
  if (agent !== undefined) {
    return `/v1/agents/${agent}/events`;
  }
  const query = keeper === undefined ? "" : `?keeper=${encodeURIComponent(keeper)}`;
  return channel === transitionsChannel ? "/v1/events" : `/v1/deployments/${deploymentOf(channel)}/events${query}`;
}

function isOfDeployment(channel: string): boolean {
  return channel !== transitionsChannel && agentOf(channel) === undefined && logOf(channel) === undefined;
}
