import type { Database } from "./database.js";
import { SchemaError } from "./errors.js";
import { firstVersion } from "./objects.js";
import { expectedSchemaVersion, migrationsFolder, schemaVersion, unreleasedSchema } from "./schema.js";

export interface SchemaOptions {
  readonly url: string;
  /** Whether to bring an older schema up to date. */
  readonly migrate: boolean;
  readonly onProgress: (message: string) => void;
  readonly onWarning: (message: string) => void;
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
