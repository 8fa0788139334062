import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./database.js";
import { SchemaError } from "./errors.js";
import { firstVersion, versionOfObjects } from "./objects.js";
import { errorCode } from "./unavailable.js";

export interface SchemaOptions {
  readonly url: string;
  /** Whether to bring an older schema up to date. */
  readonly migrate: boolean;
  readonly onProgress: (message: string) => void;
  readonly onWarning: (message: string) => void;
}

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

/**
 * Makes sure that the schema behind the program is the one it was written for.
 * @throws SchemaError when it is not and may not or must not be migrated
 */
export async function ensureSchema(database: Database, options: SchemaOptions): Promise<void> {
  const expected = expectedSchemaVersion();
  const present = await schemaVersion(database);
  if (present === expected) {
    return;
  }
  if (present !== undefined && present > expected) {
    options.onWarning(
      `the schema in ${database.target} has version ${present}, this program was written for ${expected}; please update it`,
    );
    return;
  }
  if (present !== undefined && present < firstVersion) {
    throw unreleasedSchema(database);
  }
  if (!options.migrate) {
    const state = present === undefined ? "is missing" : `has version ${present}, this program needs ${expected}`;
    throw new SchemaError(`the schema deploy_queue in ${database.target} ${state}`, {
      hint: 'Run "deploy-queue migrate" as a role that may create it.',
    });
  }
  const { migrateSchema } = await import("./migrate.js");
  await migrateSchema(database, { url: options.url, folder: migrationsFolder(), onProgress: options.onProgress });
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

function committedMigrations(folder: string): string[] {
  try {
    return readdirSync(join(folder, "committed"))
      .filter((name) => /^\d{6}.*\.sql$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
