import type postgres from "postgres";
import { Answers } from "./answers.js";
import type { Sql } from "./client.js";
import { Connection } from "./connection.js";
import { connectionSettings, describeSettings, isProtected } from "./connectionSettings.js";
import { Delivery, probePayload } from "./delivery.js";
import { AccessDeniedError, DatabaseUnavailableError } from "./errors.js";
import { describeProtection } from "./protection.js";
import { inSession, type Session } from "./session.js";
import { errorCode, isStillUsable, toUnavailable } from "./unavailable.js";
import { type WakeUp, WakeUps } from "./wakeUps.js";

export interface DatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Who acts, for the record: a claim beside the role that logs in. */
  readonly actor?: string | undefined;
  /** Notices of the server, such as "deployment 42 (api) has already finished". */
  readonly onNotice?: (message: string) => void;
  /** Warnings of the queue, such as "cell … is new"; by default they are notices. */
  readonly onWarning?: (message: string) => void;
}

/** In milliseconds. */
const defaultQueryTimeout = 20_000;

/** In milliseconds: sleepers are told of a lost connection at most this long after it. */
const longestDelayOfLoss = 100;

/**
 * A statement that ends with one of these was rolled back as a whole, and may be sent again: the victim of a deadlock, whose other session is
 * done by then; and one whose row type a migration has changed between its plan and its answer.
 */
const rolledBack: ReadonlySet<string | undefined> = new Set(["40P01", "0A000", "42804"]);
const mostAttempts = 3;

/**
 * One connection to the database, for queries and notifications alike: a waiter holds a single connection while it
 * sleeps. It is opened by the first query, and opened again by the next one after it was lost.
 */
export class Database {
  readonly target: string;
  readonly actor: string | undefined;
  readonly applicationName: string;
  /** What keeps others on the way from reading along, and whether anything does. */
  readonly protection: { readonly isProtected: boolean; readonly text: string };
  readonly connection: Connection;
  readonly #options: DatabaseOptions;
  #wasLetIn = false;
  #channels = new Set<string>();
  readonly #answers = new Answers();
  readonly #wakeUps = new WakeUps();
  readonly #delivery = new Delivery();

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.actor = options.actor;
    this.applicationName = options.applicationName;
    const settings = connectionSettings(options.url);
    this.target = describeSettings(settings);
    this.protection = { isProtected: isProtected(settings), text: describeProtection(settings) };
    this.connection = new Connection({
      ...options,
      onNotice: (message) => options.onNotice?.(message),
      onWarning: (message) => (options.onWarning ?? options.onNotice)?.(message),
      onNotification: (channel, payload, isPresent) => {
        if (payload !== probePayload) {
          this.#wakeUps.wake(channel, payload);
        } else if (isPresent) {
          this.#delivery.heard(channel);
        }
      },
      onLost: () => this.#lost(),
    });
  }

  /**
   * Runs one statement. Every rule is one statement, so nothing here opens a transaction. One that may take long has a connection of its
   * own where others wait on this one.
   * @param timeout milliseconds in which the connection may be silent, neither answering this nor another statement; then it is left
   * @throws DatabaseUnavailableError when there is no answer, AccessDeniedError when there never was one and it is denied;
   * errors of the server pass through.
   */
  async query<Row extends object>(
    statement: (sql: Sql) => postgres.PendingQuery<Row[]>,
    timeout = defaultQueryTimeout,
  ): Promise<Row[]> {
    if (timeout > defaultQueryTimeout && this.#channels.size > 0) {
      return this.#aside((database) => database.query(statement, timeout));
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(statement, timeout);
      } catch (error) {
        const code = errorCode(error instanceof DatabaseUnavailableError ? error.cause : error);
        if (attempt === mostAttempts || !rolledBack.has(code)) {
          throw error;
        }
      }
    }
  }

  async #attempt<Row extends object>(
    statement: (sql: Sql) => postgres.PendingQuery<Row[]>,
    timeout: number,
  ): Promise<Row[]> {
    const connection = this.connection.open();
    let stopTimer = (): void => undefined;
    let isOpen = false;
    let isLeft = false;
    try {
      const rows = await Promise.race([
        connection.then((client) => {
          isOpen = true;
          return inSession(client, () => statement(client.sql));
        }),
        new Promise<never>((_, reject) => {
          stopTimer = this.#answers.whenSilent(connection, timeout, () => {
            // A dead path is noticed by TCP after a quarter of an hour; the next query gets a new connection. If only this answer is slow,
            // the others still come.
            isLeft = isOpen;
            if (isLeft) this.connection.leave(connection);
            reject(this.#silence(timeout, isOpen));
          });
        }),
      ]);
      this.#wasLetIn = true;
      this.#answers.came(connection);
      return rows;
    } catch (error) {
      if (isStillUsable(error)) {
        this.#answers.came(connection);
      }
      const translated = toUnavailable(error, this.target);
      if (translated instanceof DatabaseUnavailableError && !isStillUsable(error) && !isLeft) {
        // postgres.js may lose a query that is sent while its socket is on the way out: the next one gets a new client.
        this.connection.abandon(connection);
      }
      if (translated instanceof AccessDeniedError && this.#wasLetIn) {
        // The server is being worked on: that passes, or ends like any outage.
        throw new DatabaseUnavailableError(translated.message, { cause: translated.cause });
      }
      throw translated;
    } finally {
      stopTimer();
    }
  }

  /** Where a connection is not made, there is an error before: here a server, or a pooler, has let us in. */
  #silence(timeout: number, isOpen: boolean): DatabaseUnavailableError {
    const text = `${this.target} did not answer within ${timeout / 1000} s`;
    const hint =
      "A pooler whose connections are all taken does so: give it more, or give waiters the address of the server.";
    return new DatabaseUnavailableError(text, isOpen || timeout < defaultQueryTimeout ? {} : { hint });
  }

  /** What is known of the present session. @throws as query does */
  async session(): Promise<Session> {
    await this.query((sql) => sql`select`);
    return (await this.connection.open()).session;
  }

  /**
   * Commits something. With synchronous replication, only the server that is the primary can: what it has answered before is true. A
   * server that lets nobody write messages into its WAL proves nothing.
   * @throws DatabaseUnavailableError
   */
  async proveItWrites(): Promise<void> {
    try {
      await this.query((sql) => sql`select pg_logical_emit_message(true, 'deploy-queue', '')`);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) {
        throw error;
      }
    }
  }

  /** Listens on a channel, on this connection; does nothing when it does so already. To be called before each check. */
  async listen(channel: string): Promise<void> {
    if (!this.#channels.has(channel)) {
      const connection = this.connection.open();
      await this.query((sql) => sql`listen ${sql(channel)}`);
      if (this.connection.present === connection) {
        this.#channels.add(channel);
      }
    }
  }

  /**
   * Finds out whether notifications on a channel that it listens on really arrive. A transaction pooler takes LISTEN
   * without an error and delivers nothing. The notification must come from another connection: a pooler would hand us
   * one of our own with the answer of the statement that sent it.
   * @returns undefined when the connection was lost meanwhile
   */
  notificationsArrive(channel: string): Promise<boolean | undefined> {
    return this.#delivery.find(channel, () =>
      this.#aside(async (sender) => {
        await sender.query((sql) => sql`select pg_notify(${channel}, ${probePayload})`);
      }),
    );
  }

  /** Over a connection of its own. */
  async #aside<Result>(act: (other: Database) => Promise<Result>): Promise<Result> {
    const other = new Database(this.#options);
    try {
      return await act(other);
    } finally {
      await other.close();
    }
  }

  async unlisten(channel: string): Promise<void> {
    if (this.#channels.delete(channel)) {
      await this.query((sql) => sql`unlisten ${sql(channel)}`);
    }
  }

  /**
   * Calls back with the payload of every notification on a channel, and without one when the connection is lost, since notifications may be
   * lost with it. Does not listen by itself.
   * @returns a function that ends this
   */
  onWakeUp(channel: string, callback: WakeUp): () => void {
    return this.#wakeUps.on(channel, callback);
  }

  async close(): Promise<void> {
    this.#channels.clear();
    await this.connection.close();
  }

  /** Notifications may have been lost with the connection: every sleeper has to subscribe and look again. */
  #lost(): void {
    this.#channels.clear();
    this.#delivery.forget();
    // A server that restarts ends the connections of all its waiters in the same instant; they must not all come back in one.
    setTimeout(() => this.#wakeUps.wakeAll(), Math.random() * longestDelayOfLoss);
  }
}
