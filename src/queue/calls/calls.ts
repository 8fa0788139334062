import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { Database } from "../../database/database.js";
import { translateError } from "../errors.js";

/** Calls of SQL functions and reads of views, with the errors of errors.ts. */
export abstract class Calls {
  protected readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  protected async rows<Row extends object>(
    statement: (sql: Sql) => postgres.PendingQuery<Row[]>,
    timeout?: number,
  ): Promise<Row[]> {
    try {
      return await this.database.query(statement, timeout);
    } catch (error) {
      throw translateError(error);
    }
  }

  protected async row<Row extends object>(statement: (sql: Sql) => postgres.PendingQuery<Row[]>): Promise<Row> {
    const [row] = await this.rows(statement);
    if (row === undefined) {
      throw new Error("the database returned no row where it always returns one");
    }
    return row;
  }
}

/** In milliseconds, for what reads or writes all of history: a million deployments take up to a minute. */
export const longTimeout = 3_600_000;
