import { beforeAll } from "vitest";
import { type TestDatabase, type TestSql, useDatabase } from "./database.js";

export interface TwoWeeks {
  readonly database: TestDatabase;
  readonly sql: TestSql;
  /** The rows of a view of weeks, the day of their Monday first. */
  byWeek(view: string, columns: string): Promise<object[]>;
}

/** A database with what entered, started, finished or was cancelled in one week and the next. */
export function useTwoWeeks(): TwoWeeks {
  const database = useDatabase();
  const { sql } = database;

  beforeAll(async () => {
    for (const [region = "", ...moments] of history) {
      const [created = "", start, finish, cancelled] = moments;
      await sql`
        insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, created_at,
          start_timestamp, finish_timestamp, cancellation_timestamp)
        values ('prod', 'aws', ${region}, 0, 'api', ${created}, ${start ?? null}, ${finish ?? null}, ${cancelled ?? null})`;
    }
  });

  return {
    database,
    sql,
    async byWeek(view, columns) {
      const rows = await sql.unsafe(
        `select to_char(week at time zone 'UTC', 'DD') as week, ${columns} from deploy_queue.${view} order by 1`,
      );
      return rows.map((row) => ({ ...row }));
    },
  };
}

/** Region, and when it entered the line, started, finished and was cancelled. */
const history: readonly (readonly (string | undefined)[])[] = [
  ["a", "2025-01-06T08:00Z", "2025-01-06T08:01Z", "2025-01-06T08:10Z"],
  ["b", "2025-01-06T09:00Z", "2025-01-06T09:03Z", "2025-01-06T09:30Z"],
  ["c", "2025-01-08T09:00Z", "2025-01-08T09:05Z", undefined, "2025-01-08T09:07Z"],
  ["d", "2025-01-09T09:00Z", undefined, undefined, "2025-01-09T09:07Z"],
  // Sunday to Monday.
  ["e", "2025-01-12T23:50Z", "2025-01-12T23:59Z", "2025-01-13T00:01Z"],
];
