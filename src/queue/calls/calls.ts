import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { Database } from "../../database/database.js";
import { DeploymentNotFoundError, OtherKeeperError, translateError } from "../errors.js";

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
      const translated = translateError(error);
      if (!(translated instanceof DeploymentNotFoundError || translated instanceof OtherKeeperError)) {
        throw translated;
      }
    }
    // A former primary that does not know yet that it is one does not know what came after it, either.
    await this.database.proveItWrites();
    try {
      return await this.database.query(statement, timeout);
    } catch (error) {
      throw translateError(error);
    }
  }

  /** The same for a call that changes something, on behalf of the actor of the connection. */
  protected changes<Row extends object>(
    statement: (sql: Sql) => postgres.PendingQuery<Row[]>,
    timeout?: number,
  ): Promise<Row[]> {
    const { actor } = this.database;
    return this.rows(actor === undefined ? statement : actingAs(actor, statement), timeout);
  }

  protected async change<Row extends object>(statement: (sql: Sql) => postgres.PendingQuery<Row[]>): Promise<Row> {
    return only(await this.changes(statement));
  }

  protected async row<Row extends object>(statement: (sql: Sql) => postgres.PendingQuery<Row[]>): Promise<Row> {
    return only(await this.rows(statement));
  }
}

function only<Row>([row]: Row[]): Row {
  if (row === undefined) {
    throw new Error("the database returned no row where it always returns one");
  }
  return row;
}

/**
 * The statement, after its transaction was told who acts. It is told in the statement itself: a pooler refuses a setting of the session
 * at the start, and would give one that is made later to other clients. What follows refers to it, and so runs after it.
 */
function actingAs<Row extends object>(
  actor: string,
  statement: (sql: Sql) => postgres.PendingQuery<Row[]>,
): (sql: Sql) => postgres.PendingQuery<Row[]> {
  return (sql) => sql<Row[]>`
    select answer.*
    from (select set_config('deploy_queue.actor', ${actor}, true) as actor offset 0) as who,
      lateral (select called.* from (${statement(sql)}) as called where who.actor is not null offset 0) as answer`;
}

/** In milliseconds, for what reads or writes all of history: a million deployments take up to a minute. */
export const longTimeout = 3_600_000;

/** An interval; undefined is null. */
export function milliseconds(sql: Sql, value: number | undefined): postgres.PendingQuery<postgres.Row[]> {
  return sql`make_interval(secs => ${value === undefined ? null : value / 1000})`;
}
