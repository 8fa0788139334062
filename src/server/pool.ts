import { Database } from "../database/database.js";
import { type Answer, Callers, type Follower, type News, type Page } from "../queue/calls/callers.js";

export interface PoolOptions {
  readonly url: string;
  /** How many connections to the database at most. */
  readonly size: number;
}

/** A few connections, on which each call is one statement: nothing of a caller is left there for the next one. */
export class Pool {
  readonly #members: readonly { readonly database: Database; readonly callers: Callers; calls: number }[];

  constructor({ url, size }: PoolOptions) {
    this.#members = Array.from({ length: size }, () => {
      const database = new Database({ url, applicationName: "deploy-queue serve" });
      return { database, callers: new Callers(database), calls: 0 };
    });
  }

  /** As Callers does it. */
  call(credential: Buffer, name: string, values: object, actor?: string): Promise<Answer[]> {
    return this.#use((callers) => callers.call(credential, name, values, actor));
  }

  look(credential: Buffer, view: string, page: Page): Promise<Answer[]> {
    return this.#use((callers) => callers.look(credential, view, page));
  }

  trustedIssuers(): Promise<{ issuer: string; audience: string }[]> {
    return this.#use((callers) => callers.trustedIssuers());
  }

  createSession(hash: Buffer, issuer: string, claims: object): Promise<Answer> {
    return this.#use((callers) => callers.createSession(hash, issuer, claims));
  }

  news(followers: readonly Follower[]): Promise<News[]> {
    return this.#use((callers) => callers.news(followers));
  }

  schemaVersion(): Promise<number> {
    return this.#use((callers) => callers.schemaVersion());
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ database }) => database.close()));
  }

  /** On the connection that has least to do. */
  async #use<Result>(act: (callers: Callers) => Promise<Result>): Promise<Result> {
    const [first, ...others] = this.#members;
    if (first === undefined) {
      throw new Error("a pool has at least one connection");
    }
    const chosen = others.reduce((least, one) => (one.calls < least.calls ? one : least), first);
    chosen.calls += 1;
    try {
      return await act(chosen.callers);
    } finally {
      chosen.calls -= 1;
    }
  }
}
