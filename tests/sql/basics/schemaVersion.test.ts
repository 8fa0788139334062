import { expect, test } from "vitest";
import { expectedSchemaVersion } from "../../../src/database/schema.js";
import { useDatabase } from "../../support/database.js";

const { sql } = useDatabase();

test("is the version that this program expects", async () => {
  expect(await sql`select deploy_queue.schema_version() as version`).toEqual([{ version: expectedSchemaVersion() }]);
});
