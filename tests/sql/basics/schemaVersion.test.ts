import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql } = useDatabase();

test("is the number of committed migrations", async () => {
  const committed = readdirSync(join(import.meta.dirname, "../../../migrations/committed"));
  const migrations = committed.filter((name) => /^\d{6}.*\.sql$/.test(name));
  expect(await sql`select deploy_queue.schema_version() as version`).toEqual([{ version: migrations.length }]);
});
