import { errorCode } from "../../src/database/unavailable.js";
import type { TestDatabase, TestSql } from "./database.js";
import { until } from "./until.js";

/** A connection whose transactions the test opens and ends itself. */
export interface Session {
  readonly sql: TestSql;
  readonly pid: number;
  begin(isolation?: string): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export async function openSession(database: TestDatabase): Promise<Session> {
  const sql = database.connect();
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (row === undefined) throw new Error("a backend without a process id");
  const run = async (statement: string): Promise<void> => void (await sql.unsafe(statement));
  return {
    sql,
    pid: row.pid,
    begin: (isolation = "read committed") => run(`begin isolation level ${isolation}`),
    commit: () => run("commit"),
    rollback: () => run("rollback"),
  };
}

/** Waits until the session waits for a lock of the other. */
export async function untilBlocked(database: TestDatabase, session: Session, holder: Session): Promise<void> {
  await until(`backend ${session.pid} waits for ${holder.pid}`, async () => {
    const [row] = await database.sql<{ waits: boolean }[]>`
      select ${holder.pid}::integer = any (pg_blocking_pids(${session.pid})) as waits`;
    return row?.waits;
  });
}

/** Sends the query at once; resolves to the SQLSTATE of its error, or to "ok". */
export async function outcome(query: PromiseLike<unknown>): Promise<string> {
  try {
    await query;
    return "ok";
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code;
  }
}
