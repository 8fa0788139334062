import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./database.js";
import { SchemaError } from "./errors.js";
import { fingerprintOfObjects, versionOfObjects } from "./objects.js";
import { errorCode } from "./unavailable.js";

/** The folder of the committed migrations, from the sources as well as from the bundle. */
export function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, "migrations");
    if (committedMigrations(candidate).length > 0) {
      return candidate;
    }
    if (dirname(folder) === folder) {
      throw new Error("the folder migrations/committed is missing from this installation");
    }
    folder = dirname(folder);
  }
}

/** The folder of the objects that the migrations' tables carry: sql/, beside migrations/. */
export function objectsFolder(folder = migrationsFolder()): string {
  return join(dirname(folder), "sql");
}

/** The schema version that this program was written for. */
export function expectedSchemaVersion(folder = migrationsFolder()): number {
  return versionOfObjects(objectsFolder(folder));
}

/** The error of a schema that was made before there was a release: nothing leads from there to here. */
export function unreleasedSchema(database: Database): SchemaError {
  return new SchemaError(`the schema deploy_queue in ${database.target} was made before the first release`, {
    hint: 'Create it anew: "drop schema deploy_queue, graphile_migrate cascade", then "deploy-queue migrate". Its history is lost.',
  });
}

/**
 * The version of the schema in the database, undefined where there is none.
 * @throws SchemaError when this role may not use it
 */
export async function schemaVersion(database: Database): Promise<number | undefined> {
  try {
    const [row] = await database.query<{ version: number }>(
      (sql) => sql`select deploy_queue.schema_version() as version`,
    );
    return row?.version;
  } catch (error) {
    switch (errorCode(error)) {
      case "3F000":
      case "42883":
        return undefined;
      case "42501":
        throw new SchemaError(`this role may not use the schema deploy_queue in ${database.target}`, {
          hint: "Ask its owner to make it a member of deploy_queue_deployer, or of another role in docs/roles.md.",
          cause: error,
        });
      default:
        throw error;
    }
  }
}

/**
 * Whether the database has another text of sql/ than this program, though the version is the same, as while that is being written.
 * A role that may not ask leaves it to the owner.
 */
export async function hasOtherObjects(database: Database, folder = migrationsFolder()): Promise<boolean> {
  const present = await database
    .query<{ fingerprint: string }>((sql) => sql`select deploy_queue._fingerprint() as fingerprint`)
    .catch((error: unknown) => {
      if (errorCode(error) === "42501") {
        return [];
      }
      throw error;
    });
  return (
    present.some(({ fingerprint }) => fingerprint !== fingerprintOfObjects(objectsFolder(folder))) &&
    (await schemaVersion(database)) === expectedSchemaVersion(folder)
  );
}

function committedMigrations(folder: string): string[] {
  try {
    return readdirSync(join(folder, "committed"))
      .filter((name) => /^\d{6}.*\.sql$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
