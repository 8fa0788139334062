import { Database } from "../database/database.js";
import { translateError } from "../queue/errors.js";

/** What a function or a view gives back, as JSON. */
export type Answer = Readonly<Record<string, unknown>>;

export interface PoolOptions {
  readonly url: string;
  /** How many connections to the database at most. */
  readonly size: number;
}

export interface Look {
  readonly conditions: Readonly<Record<string, unknown>>;
  /** The field in whose order the rows come. */
  readonly by: string;
  readonly descending?: boolean | undefined;
  /** The value of that field behind which the rows begin. */
  readonly after?: unknown;
  readonly atMost: number;
}

/** A few connections, on which each call is one statement: nothing of a caller is left there for the next one. */
export class Pool {
  readonly #databases: readonly { readonly database: Database; calls: number }[];

  constructor({ url, size }: PoolOptions) {
    this.#databases = Array.from({ length: size }, () => ({
      database: new Database({ url, applicationName: "deploy-queue serve" }),
      calls: 0,
    }));
  }

  /**
   * Calls a function of the queue with the rights of the bearer of a secret.
   * @param credential the SHA-256 of the secret
   * @throws the errors of errors.ts
   */
  call(credential: Buffer, name: string, values: object, actor?: string | undefined): Promise<Answer[]> {
    const json = JSON.stringify(values);
    return this.#rows((database) =>
      database.query<{ answer: Answer }>(
        (sql) => sql`
            select answer from deploy_queue.call(
              credential => ${credential}, function_name => ${name}, arguments => ${json}::text::jsonb, actor => ${actor ?? null}
            ) as answer`,
      ),
    );
  }

  /** Reads rows of a view with these rights. */
  look(credential: Buffer, view: string, { conditions, by, descending, after, atMost }: Look): Promise<Answer[]> {
    return this.#rows((database) =>
      database.query<{ answer: Answer }>(
        (sql) => sql`
            select answer from deploy_queue.look(
              credential => ${credential}, view_name => ${view}, conditions => ${JSON.stringify(conditions)}::text::jsonb,
              by => ${by}, descending => ${descending ?? false},
              after => ${after === undefined ? null : JSON.stringify(after)}::text::jsonb, at_most => ${atMost}
            ) as answer`,
      ),
    );
  }

  /** The version of the schema; tells whether the database answers. */
  async schemaVersion(): Promise<number> {
    const [row] = await this.#query((database) =>
      database.query<{ version: number }>((sql) => sql`select deploy_queue.schema_version() as version`),
    );
    return row?.version ?? 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.#databases.map(({ database }) => database.close()));
  }

  async #rows(query: (database: Database) => Promise<{ answer: Answer }[]>): Promise<Answer[]> {
    return (await this.#query(query)).map(({ answer }) => answer);
  }

  /** On the connection that has least to do. */
  async #query<Result>(query: (database: Database) => Promise<Result>): Promise<Result> {
    const [first, ...others] = this.#databases;
    if (first === undefined) {
      throw new Error("a pool has at least one connection");
    }
    const chosen = others.reduce((least, one) => (one.calls < least.calls ? one : least), first);
    chosen.calls += 1;
    try {
      return await query(chosen.database);
    } catch (error) {
      throw translateError(error);
    } finally {
      chosen.calls -= 1;
    }
  }
}
