import postgres from "postgres";
import { beforeEach, inject, onTestFinished } from "vitest";
import { type AdoptionScope, adoptionStatements } from "../../src/database/adoption.js";
import { emptyDatabase } from "./emptyDatabase.js";
import { type OldProgram, oldProgram } from "./oldProgram.js";
import { createPredecessor } from "./predecessor.js";

export interface Adoption {
  /** Another client of the same database, which finds the old names: the role of the tests is called like the schema of the queue. */
  connect(): postgres.Sql;
  /** A program of the predecessor in the same database. */
  oldProgram(): Promise<OldProgram>;
  /** A role that may do nothing yet. */
  newRole(): Promise<string>;
  /** Rows of the old table, as "(component, …) values (…)"; the rest is that of prod-aws-r-cell-1. */
  old(columns: string, ...rows: string[]): Promise<void>;
  /** A deployment that finished, one that was cancelled, and two that wait. */
  history(): Promise<void>;
  /** Rows of what, amount and problem. Also with those that wait, unless told otherwise. */
  adopt(scope?: Partial<AdoptionScope>): Promise<postgres.Row[]>;
  preview(scope?: Partial<AdoptionScope>): Promise<postgres.Row[]>;
}

/** Gives each test of a file a database with both the queue and its predecessor. */
export function usePredecessor(onOpen: (sql: postgres.Sql) => void): Adoption {
  let sql: postgres.Sql;
  let url: string;

  beforeEach(async () => {
    ({ url } = await emptyDatabase(inject("templateName")));
    sql = postgres(url, {
      max: 1,
      onnotice: () => undefined,
      types: { bigint: postgres.BigInt },
      connection: { search_path: "public" },
    });
    onTestFinished(() => sql.end());
    await createPredecessor(sql);
    onOpen(sql);
  });

  const old: Adoption["old"] = async (columns, ...rows) => {
    for (const row of rows) {
      await sql.unsafe(`
        insert into public.deployments (environment, cloud_provider, region, cell_index, ${columns})
        values ('prod', 'aws', 'r', 1, ${row})`);
    }
  };

  return {
    old,
    oldProgram: () => oldProgram(url),
    connect() {
      const client = postgres(url, { max: 1, onnotice: () => undefined, connection: { search_path: "public" } });
      onTestFinished(() => client.end({ timeout: 1 }));
      return client;
    },
    async newRole() {
      const role = `adopted_${process.pid}_${Date.now()}`;
      await sql.unsafe(`create role ${role}`);
      onTestFinished(async () => void (await sql.unsafe(`drop owned by ${role} cascade; drop role ${role}`)));
      return role;
    },
    async history() {
      await old(
        "component, version, url, note, start_timestamp, finish_timestamp, created_at, heartbeat_timestamp",
        `'api', 'v1', 'https://run/1', 'first', now() - interval '50 min', now() - interval '45 min', now() - interval '1 h', now() - interval '45 min'`,
      );
      await old(
        "component, start_timestamp, cancellation_timestamp, cancellation_note, created_at",
        `'web', now() - interval '40 min', now() - interval '39 min', 'broken', now() - interval '40 min'`,
      );
      await old("component, concurrency_key", `'api', 'hotfix'`, `'db', null`);
    },
    adopt: (scope) => call(sql, "adopt", { ...quiet, ...scope }),
    preview: (scope) => call(sql, "preview_adoption", { ...quiet, ...scope }),
  };
}

const quiet: AdoptionScope = { withRunning: false, withWaiting: true };

async function call(sql: postgres.Sql, ...call: Parameters<typeof adoptionStatements>): Promise<postgres.Row[]> {
  const results = await sql.unsafe<postgres.Row[][]>(await adoptionStatements(...call));
  return results.flat();
}
