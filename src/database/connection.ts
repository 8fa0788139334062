import { type Client, type ClientOptions, endClient, openClient } from "./client.js";
import { ClosedError } from "./errors.js";

export interface ConnectionOptions extends Omit<ClientOptions, "prepare" | "onNotification" | "onClose"> {
  /** @param isPresent whether the notification came over the present connection, not over one that was left */
  readonly onNotification: (channel: string, payload: string, isPresent: boolean) => void;
  /** Called when the connection is lost or left: nothing listens on the next one yet. */
  readonly onLost: () => void;
}

/** How long a connection that was left is kept for the answers that are still to come, in seconds. */
const leftTimeout = 20;
/** The same when the Database is closed. */
const closeTimeout = 5;
/** How long a sleeper keeps a connection of a pooler at a time, in milliseconds. */
const turnAtPooler = 15_000;

/** The one connection of a Database: opened where it is needed, and opened again after it was lost. */
export class Connection {
  readonly #options: ConnectionOptions;
  #present: Promise<Client> | undefined;
  #giveUp = new AbortController();
  /** By the clock of performance.now(). */
  #openedAt = Number.POSITIVE_INFINITY;
  #prepare = false;
  #isClosed = false;
  /** Those that were left and have not ended. */
  readonly #left = new Set<Promise<Client>>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get present(): Promise<Client> | undefined {
    return this.#present;
  }

  /** @throws ClosedError */
  open(): Promise<Client> {
    if (this.#isClosed) {
      throw new ClosedError("the connection was closed");
    }
    if (this.#present !== undefined) {
      return this.#present;
    }
    const { onNotification, onLost: _, ...options } = this.#options;
    const present = {
      ...options,
      prepare: this.#prepare,
      onNotification: (channel: string, payload: string) => onNotification(channel, payload, this.#present === opening),
      onClose: () => {
        // The driver would connect again by itself, to a host that may be a standby by then.
        if (this.#present === opening) {
          this.abandon(opening);
        }
      },
    };
    this.#giveUp = new AbortController();
    const opening = openClient(present, this.#giveUp.signal);
    this.#present = opening;
    opening.then(
      () => {
        this.#openedAt = performance.now();
      },
      () => {
        // The next query tries anew.
        if (this.#present === opening) {
          this.#present = undefined;
        }
      },
    );
    return opening;
  }

  /** Ends a connection, even when calls wait on it: the next query gets a new one. */
  abandon(opened: Promise<Client>): void {
    if (this.#drop(opened)) {
      this.#giveUp.abort();
    }
    void endClient(opened, 0);
  }

  /** Leaves a connection to the calls that still wait for answers on it: the next query gets a new one. May be called twice. */
  leave(opened: Promise<Client> | undefined): void {
    if (opened !== undefined && this.#drop(opened)) {
      this.#left.add(opened);
      void endClient(opened, leftTimeout).finally(() => this.#left.delete(opened));
    }
  }

  /**
   * Lets others have this connection of a pooler in session mode, after a while: a pool that is full of sleepers would
   * keep out those who end what the sleepers wait for. The next query gets in line for another connection.
   * @returns milliseconds after which to call it again
   */
  async giveWay(): Promise<number> {
    const present = this.#present;
    const client = await present?.catch(() => undefined);
    if (client?.session.pooled !== true) {
      return Number.POSITIVE_INFINITY;
    }
    if (performance.now() - this.#openedAt >= turnAtPooler) {
      this.leave(present);
    }
    return turnAtPooler;
  }

  /**
   * Keeps statements prepared from now on, which saves a round trip each. Only for a connection that is known to be a
   * session of its own: behind a transaction pooler prepared statements hang.
   */
  prepareStatements(): void {
    this.#prepare = true;
    this.#present?.then(
      ({ sql }) => {
        sql.options.prepare = true;
      },
      () => undefined,
    );
  }

  /** For good: it is not opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = this.#present;
    this.#present = undefined;
    this.#giveUp.abort();
    // Nobody waits for the answers of those that were left.
    await Promise.all([endClient(opened, closeTimeout), ...[...this.#left].map((left) => endClient(left, 0))]);
  }

  /** @returns whether it was the present one */
  #drop(opened: Promise<Client>): boolean {
    if (this.#present !== opened) {
      return false;
    }
    this.#present = undefined;
    this.#options.onLost();
    return true;
  }
}
