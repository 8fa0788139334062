import postgres from "postgres";
import { inject, onTestFinished } from "vitest";
import { createDatabase } from "./createDatabase.js";
import { collect, coverageDirectory } from "./sqlCoverage.js";
import { until } from "./until.js";

export interface EmptyDatabase {
  readonly url: string;
  readonly sql: postgres.Sql;
  /** The URL of a role that was made for the test and may do nothing but log in. */
  urlOfPowerlessRole(): Promise<string>;
  /** Whether the schema of the queue is there. */
  hasQueue(): Promise<boolean>;
}

let created = 0;

/** Gives one test a database without anything in it, or, where a template is named, a copy of that. */
export async function emptyDatabase(template?: string): Promise<EmptyDatabase> {
  const name = `deploy_queue_empty_${process.pid}_${created++}_${Date.now()}`;
  const role = `${name}_powerless`;
  const url = new URL(inject("serverUrl"));
  const root = postgres(url.href, { max: 1, onnotice: () => undefined });
  await createDatabase(root, name, template);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, {
    max: 1,
    onnotice: () => undefined,
    connection: { application_name: "deploy-queue tests" },
  });
  onTestFinished(async () => {
    // graphile-migrate keeps its connections for a moment, and ends the process when they are lost.
    await until("all others have left the database", async () => {
      const others = await sql`
        select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
      return others.length === 0;
    });
    if (template !== undefined && coverageDirectory !== undefined) {
      await collect(sql, name);
    }
    await sql.end({ timeout: 1 });
    await root.unsafe(`drop database if exists ${name} with (force)`);
    await root.unsafe(`drop role if exists ${role}`);
    await root.end();
  });

  return {
    url: url.href,
    sql,
    async urlOfPowerlessRole() {
      await root.unsafe(`create role ${role} login password 'powerless-secret'`);
      const roleUrl = new URL(url);
      roleUrl.username = role;
      roleUrl.password = "powerless-secret";
      return roleUrl.href;
    },
    async hasQueue() {
      const [row] = await sql<{ present: boolean }[]>`select to_regnamespace('deploy_queue') is not null as present`;
      return row?.present === true;
    },
  };
}
