import { beforeAll } from "vitest";
import type { TestDatabase } from "./database.js";

/** In the tests of this file time stands still, at a moment that they choose. */
export interface StandingClock {
  at(moment: string): Promise<void>;
  pass(interval: string): Promise<void>;
}

export function useStandingClock(database: TestDatabase, moment: string): StandingClock {
  beforeAll(async () => {
    await database.sql.unsafe(`
      create table test.moment (moment timestamptz not null);
      grant select on test.moment to public;
      insert into test.moment values ('${moment}');
      create or replace function deploy_queue._now() returns timestamptz
      language sql stable
      set search_path = pg_catalog, pg_temp
      as $$ select moment.moment from test.moment $$`);
  });
  return {
    at: async (text) => void (await database.sql`update test.moment set moment = ${text}`),
    pass: async (interval) => void (await database.sql`update test.moment set moment = moment + ${interval}::interval`),
  };
}
