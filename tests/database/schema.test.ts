import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { ensureSchema } from "../../src/database/ensureSchema.js";
import { SchemaError } from "../../src/database/errors.js";
import { firstVersion } from "../../src/database/objects.js";
import { expectedSchemaVersion, migrationsFolder, schemaVersion } from "../../src/database/schema.js";
import { useDatabase } from "../support/database.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const { sql, url } = useDatabase();

function open(where: string): Database {
  const database = new Database({ url: where, applicationName: "tests" });
  onTestFinished(() => database.close());
  return database;
}

/** Ensures the schema and returns what it said. */
async function ensure(where: string, migrate: boolean): Promise<{ progress: string[]; warnings: string[] }> {
  const progress: string[] = [];
  const warnings: string[] = [];
  await ensureSchema(open(where), {
    ...{ url: where, migrate },
    onProgress: (message) => progress.push(message),
    onWarning: (message) => warnings.push(message),
  });
  return { progress, warnings };
}

test("the migrations of this program are found from its sources", () => {
  expect(existsSync(join(migrationsFolder(), "committed"))).toBe(true);
  expect(expectedSchemaVersion()).toBeGreaterThan(0);
});

test("the schema knows the version that this program was written for", async () => {
  expect(await schemaVersion(open(url))).toBe(expectedSchemaVersion());
});

test("an empty database has no schema version", async () => {
  expect(await schemaVersion(open((await emptyDatabase()).url))).toBeUndefined();
});

test("ensureSchema says nothing where the schema is the expected one", async () => {
  expect(await ensure(url, true)).toEqual({ progress: [], warnings: [] });
});

test("ensureSchema migrates an empty database and says so", async () => {
  const empty = await emptyDatabase();

  const { progress, warnings } = await ensure(empty.url, true);

  expect(progress).toHaveLength(1);
  expect(warnings).toEqual([]);
  expect(await empty.hasQueue()).toBe(true);
});

test("ensureSchema refuses an empty database when it must not migrate", async () => {
  const empty = await emptyDatabase();

  await expect(ensure(empty.url, false)).rejects.toThrow(SchemaError);
  expect(await empty.hasQueue()).toBe(false);
});

test("ensureSchema warns of a newer schema, and leaves it", async () => {
  await replaceSchemaVersion(expectedSchemaVersion() + 1);

  const { progress, warnings } = await ensure(url, true);

  expect(progress).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining(`has version ${expectedSchemaVersion() + 1}`)]);
});

test("ensureSchema refuses an older schema when it must not migrate", async () => {
  await replaceSchemaVersion(firstVersion);

  await expect(ensure(url, false)).rejects.toThrow(new RegExp(`has version ${firstVersion}, this program needs \\d+`));
});

test("ensureSchema refuses a schema from before the first release, whether it may migrate or not", async () => {
  await replaceSchemaVersion(firstVersion - 1);

  for (const migrate of [true, false]) {
    await expect(ensure(url, migrate)).rejects.toMatchObject({
      message: expect.stringContaining("was made before the first release"),
      hint: expect.stringContaining("Create it anew"),
    });
  }
});

async function replaceSchemaVersion(version: number): Promise<void> {
  await sql.unsafe(`
    create or replace function deploy_queue.schema_version() returns integer
    language sql immutable as 'select ${version}'`);
}
