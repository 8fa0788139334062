import { Database } from "../database/database.js";
import { servingRights } from "../database/serverFacts.js";
import { type Answer, Callers, type Follower, type News, type Page } from "../queue/calls/callers.js";
import { KnownCallers } from "./knownCallers.js";

export interface PoolOptions {
  readonly url: string;
  /** How many connections to the database at most. */
  readonly size: number;
}

/** What the queue says beside an answer, such as "deployment 42 (api) has already finished". */
export interface Notice {
  readonly level: "notice" | "warning";
  readonly message: string;
}

interface Member {
  readonly database: Database;
  readonly callers: Callers;
  readonly notices: Notice[];
}

/** A few connections, on which each call is one statement: nothing of a caller is left there for the next one. */
export class Pool {
  readonly known = new KnownCallers();
  readonly #members: readonly Member[];
  readonly #idle: Member[];
  readonly #waiting: ((member: Member) => void)[] = [];

  constructor({ url, size }: PoolOptions) {
    this.#members = Array.from({ length: size }, () => {
      const notices: Notice[] = [];
      const database = new Database({
        ...{ url, applicationName: "deploy-queue serve" },
        onNotice: (message) => notices.push({ level: "notice", message }),
        onWarning: (message) => notices.push({ level: "warning", message }),
      });
      return { database, callers: new Callers(database), notices };
    });
    this.#idle = [...this.#members];
  }

  /** As Callers does it. */
  call(credential: Buffer, name: string, values: object, actor?: string): Promise<Answer[]> {
    return this.known.heed(
      credential,
      this.#use((callers) => callers.call(credential, name, values, actor)),
    );
  }

  look(credential: Buffer, view: string, page: Page): Promise<Answer[]> {
    return this.known.heed(
      credential,
      this.#use((callers) => callers.look(credential, view, page)),
    );
  }

  /** As Callers calls it, with the notices that came along. */
  callAndHear(
    ...call: Parameters<Callers["call"]>
  ): Promise<{ readonly rows: Answer[]; readonly notices: readonly Notice[] }> {
    return this.known.heed(
      call[0],
      this.#use(async (callers, notices) => ({ rows: await callers.call(...call), notices: [...notices] })),
    );
  }

  trustedIssuers(): Promise<{ issuer: string; audience: string }[]> {
    return this.#use((callers) => callers.trustedIssuers());
  }

  createSession(hash: Buffer, issuer: string, claims: object, ofPeople = false): Promise<Answer> {
    return this.#use((callers) => callers.createSession(hash, issuer, claims, ofPeople));
  }

  endSession(credential: Buffer): Promise<void> {
    return this.#use((callers) => callers.endSession(credential));
  }

  news(followers: readonly Follower[]): Promise<News[]> {
    return this.#use((callers) => callers.news(followers));
  }

  keepWaits(followers: readonly Follower[]): Promise<(number | undefined)[]> {
    return this.#use((callers) => callers.keepWaits(followers));
  }

  /** Keeps statements prepared from now on, which saves each call a round trip: the sessions are known to be its own. */
  prepareStatements(): void {
    for (const { database } of this.#members) {
      database.connection.prepareStatements();
    }
  }

  schemaVersion(): Promise<number> {
    return this.#use((callers) => callers.schemaVersion());
  }

  /** Whether its login may call anything for others. */
  async mayServe(): Promise<boolean> {
    const rights = await this.#use((_callers, _notices, database) => servingRights(database));
    return rights?.may_serve === true;
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ database }) => database.close()));
  }

  /** On a connection that does nothing else meanwhile, so that its notices are those of this call. */
  async #use<Result>(
    act: (callers: Callers, notices: readonly Notice[], database: Database) => Promise<Result>,
  ): Promise<Result> {
    const member = this.#idle.pop() ?? (await new Promise<Member>((resolve) => this.#waiting.push(resolve)));
    member.notices.length = 0;
    try {
      return await act(member.callers, member.notices, member.database);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#idle.push(member);
      } else {
        next(member);
      }
    }
  }
}
