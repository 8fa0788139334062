import { Database } from "../../database/database.js";
import type { LeveledLog } from "../../display/log.js";
import { toldChannel, transitionsChannel } from "../../queue/channels.js";
import { DatabaseSource } from "../../queue/databaseSource.js";
import { outlastOutages } from "../../queue/outage.js";

export interface EarOptions {
  readonly url: string;
  readonly log: LeveledLog;
  /** Told of a deployment that something has happened to, or that waits no longer. */
  readonly onTold: (id: number) => void;
  /** Told of an agent for which there may be work. */
  readonly onAgent: (id: number) => void;
  /** Told of each transition, as its notification says it. */
  readonly onTransition: (payload: string) => void;
  /** Called when nothing was heard for a while, and everything is heard again: anything may have happened. */
  readonly onGap: () => void;
  /** Called when notifications have arrived: the address leads to sessions of one's own. */
  readonly onArrival: () => void;
}

/** Hears of all deployments on one connection, which is made anew whenever it is lost. It begins with the first call of open(). */
export class Ear {
  readonly #options: EarOptions;
  readonly #database: Database;
  readonly #closing = new AbortController();
  #opening: Promise<void> | undefined;
  #lost = (): void => undefined;

  constructor(options: EarOptions) {
    this.#options = options;
    this.#database = new Database({ url: options.url, applicationName: "deploy-queue serve" });
    this.#database.onWakeUp(toldChannel, (payload) => {
      if (payload === undefined) {
        this.#lost();
        return;
      }
      const [, agent] = /^agent (\d+)$/.exec(payload) ?? [];
      if (agent === undefined) {
        options.onTold(Number(payload));
      } else {
        options.onAgent(Number(agent));
      }
    });
    this.#database.onWakeUp(transitionsChannel, (payload) => {
      if (payload !== undefined) {
        options.onTransition(payload);
      }
    });
  }

  /** Returns when everything that commits from now on is heard. @throws as the queue does, when it cannot be heard at first */
  open(): Promise<void> {
    this.#opening ??= this.#begin().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** As a database does it, on this connection. */
  listen(channel: string): Promise<void> {
    return this.#database.listen(channel);
  }

  unlisten(channel: string): Promise<void> {
    return this.#database.unlisten(channel);
  }

  onWakeUp(channel: string, callback: () => void): () => void {
    return this.#database.onWakeUp(channel, callback);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#lost();
    await this.#database.close();
  }

  async #begin(): Promise<void> {
    const lost = this.#nextLoss();
    await this.#subscribe();
    void this.#goOn(lost).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) {
        this.#options.log.error(`streams hear nothing any more: ${String(error)}`);
        this.#opening = undefined;
      }
    });
  }

  async #goOn(firstLoss: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    for (let lost = firstLoss; ; ) {
      await lost;
      if (signal.aborted) {
        return;
      }
      lost = this.#nextLoss();
      await outlastOutages(() => this.#subscribe(), { signal, outageTimeout: Number.POSITIVE_INFINITY });
      this.#options.onGap();
    }
  }

  async #subscribe(): Promise<void> {
    await this.#database.listen(toldChannel);
    await new DatabaseSource(this.#database).followTransitions();
    void this.#probe();
  }

  async #probe(): Promise<void> {
    const arrive = await this.#database.notificationsArrive(toldChannel).catch(() => undefined);
    if (arrive === true) {
      this.#options.onArrival();
    } else if (arrive === false && !this.#closing.signal.aborted) {
      this.#options.log.error(
        `no notifications come from ${this.#database.target}, so streams tell nothing; a pooler in transaction mode keeps them back: name the database itself`,
      );
    }
  }

  #nextLoss(): Promise<void> {
    return new Promise((resolve) => {
      this.#lost = resolve;
    });
  }
}
