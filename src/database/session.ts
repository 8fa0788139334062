import type postgres from "postgres";
import { type ConnectionSettings, describeSettings } from "./connectionSettings.js";
import { AccessDeniedError } from "./errors.js";
import { errorCode, isOfProxy } from "./unavailable.js";

/** What a session has that every pooler knows, whatever is the default of the role, the database or the server. */
const ofEveryPooler = { DateStyle: "ISO, MDY", TimeZone: "UTC", standard_conforming_strings: "on" };

/** The rest: how values are written, what names mean, how transactions are, and that no limit but ours ends a statement. */
const settings: Readonly<Record<string, string>> = {
  ...ofEveryPooler,
  IntervalStyle: "postgres",
  search_path: "pg_catalog, pg_temp",
  client_min_messages: "notice",
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  statement_timeout: "0",
  lock_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  idle_session_timeout: "0",
};
const names = Object.keys(settings);

/** For the first words to the server. What the user gives as options comes first, so that these count. */
export function sessionOptions(given: string): string {
  const own = names.map((name) => `-c ${name}=${settings[name]?.replaceAll(" ", "\\ ")}`);
  return [...(given === "" ? [] : [given]), ...own].join(" ");
}

/** A pooler may refuse options, or take no notice of them: then each statement has a transaction that begins with the settings. */
const beginning = `
  begin isolation level read committed, read write, not deferrable;
  select ${names
    .filter((name) => !/^default_|^idle_session/.test(name))
    .map((name) => `pg_catalog.set_config('${name}', '${settings[name]}', true)`)
    .join(", ")}`;

/** For a session that is the client's own behind a pooler in session mode. */
export const settingsOfSession = `select ${names.map((name) => `pg_catalog.set_config('${name}', '${settings[name]}', false)`).join(", ")}`;

const look = `
  select
    pg_catalog.pg_is_in_recovery() as standby,
    pg_catalog.pg_backend_pid() as pid,
    ${names.map((name) => `pg_catalog.current_setting('${name}') operator(pg_catalog.=) '${settings[name]}'`).join(" and ")} as fixed`;

/** What is known of a session from its first statement. */
export interface Session {
  readonly standby: boolean;
  /** Whether the server, or a pooler in front of it, keeps the settings: else each statement brings them along. */
  readonly fixed: boolean;
  /** Whether a pooler is in between: it has another name for the session than the server. */
  readonly pooled: boolean;
}

/** What a client says to the server first. */
export type Startup = Readonly<Record<string, string>>;

/**
 * Connects, and looks at what the session is like.
 * @param connect makes a client that says these words to the server first
 */
export async function startSession<Client extends postgres.Sql>(
  { options }: ConnectionSettings,
  connect: (startup: Startup) => Client,
): Promise<{ readonly client: Client; readonly session: Session }> {
  try {
    return await lookAt(connect({ ...ofEveryPooler, options: sessionOptions(options) }));
  } catch (error) {
    if (!refusesOptions(error)) {
      throw error;
    }
    return lookAt(connect({ ...ofEveryPooler, ...(options === "" ? {} : { options }) }));
  }
}

async function lookAt<Client extends postgres.Sql>(client: Client) {
  try {
    const rows = await client.unsafe<{ standby: boolean; pid: number; fixed: boolean }[]>(look);
    const [{ standby, pid, fixed } = { standby: false, pid: 0, fixed: false }] = rows;
    return { client, session: { standby, fixed, pooled: pid !== rows.state.pid } };
  } catch (error) {
    await client.end({ timeout: 0 });
    throw error;
  }
}

/** The login is refused by a pooler, and not for who logs in, nor for now. */
function refusesOptions(error: unknown): boolean {
  return isOfProxy(error) && /^(?:08P01|0A|22|42)/.test(errorCode(error) ?? "");
}

/** Runs a statement with the settings of the session, also where the session does not keep them. */
export async function inSession<Row extends object>(
  { sql, session }: { readonly sql: postgres.Sql; readonly session: Session },
  statement: () => postgres.PendingQuery<Row[]>,
): Promise<Row[]> {
  if (session.fixed) {
    return statement();
  }
  // Sent one behind the other over one connection, in one go: when that is lost, nothing stays open.
  const all = [sql.unsafe(beginning).simple(), statement(), sql.unsafe("commit")] as const;
  for (const each of all) {
    each.execute();
  }
  const [begun, done, ended] = await Promise.allSettled(all);
  for (const each of [done, begun, ended]) {
    if (each.status === "rejected") {
      throw each.reason;
    }
  }
  return all[1];
}

/** For a URL with one host, which is the one that takes writes, or nothing works. */
export function refuseStandby(connection: ConnectionSettings): AccessDeniedError {
  return new AccessDeniedError(`${describeSettings(connection)} is a standby, which takes no writes`, {
    hint: "Give the address of the primary; or several hosts, of which the one that takes writes is used: host1,host2.",
  });
}
