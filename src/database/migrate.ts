import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, migrate } from "graphile-migrate";
import { clearAllPools } from "graphile-migrate/dist/pgReal.js";
import { refuseShadowing } from "./adoption.js";
import type { Database } from "./database.js";
import { DatabaseUnavailableError, DeployQueueError, SchemaError } from "./errors.js";
import { withNodePostgresUrl } from "./nodePostgres.js";
import { objectsAsStatements } from "./objects.js";
import { reasonOf } from "./reasons.js";
import { expectedSchemaVersion, hasOtherObjects, objectsFolder, schemaVersion, unreleasedSchema } from "./schema.js";
import { errorCode, toUnavailable } from "./unavailable.js";

export interface MigrationOptions {
  readonly url: string;
  readonly folder: string;
  readonly onProgress: (message: string) => void;
}

/** How long others may stand in the way of a migration, in milliseconds: a minute. */
const patience = 60_000;
const retryInterval = 200;
/** How long all of sql/ may take at most, in milliseconds. */
const timeoutOfObjects = 60_000;

/**
 * Applies the committed migrations that are missing, and then all of sql/, whose version is raised last: what a crash leaves half
 * done, the next run completes. Several processes may do so at once: one migrates, the others wait.
 * @throws SchemaError when the database is not ours to migrate, or this role may not
 */
export async function migrateSchema(database: Database, options: MigrationOptions): Promise<void> {
  const expected = expectedSchemaVersion(options.folder);
  await refuseForeignMigrations(database, options.folder);
  if ((await schemaVersion(database)) === undefined) {
    await refuseShadowing(database);
  }
  options.onProgress(`migrating the schema deploy_queue in ${database.target}`);

  for (const deadline = performance.now() + patience; ; ) {
    try {
      await withNodePostgresUrl(options.url, database, async (connectionString) => {
        await migrate({
          connectionString,
          // Not used, but compared: without it the one of the environment counts, which may be ours.
          rootConnectionString: "postgres:///template1",
          migrationsFolder: options.folder,
          logger: new Logger(() => () => undefined),
        });
        // graphile-migrate keeps an idle connection for a moment, and would end the whole process if that connection were lost.
        clearAllPools();
      });
      await applyObjects(database, options.folder);
      break;
    } catch (error) {
      clearAllPools();
      if (((await schemaVersion(database)) ?? 0) >= expected && !(await hasOtherObjects(database, options.folder))) {
        break;
      }
      if (isInOurWay(error) && performance.now() < deadline) {
        await sleep(retryInterval);
        continue;
      }
      throw toSchemaError(error, database);
    }
  }

  const version = await schemaVersion(database);
  if (version === undefined || version < expected) {
    throw new SchemaError(
      `after migrating, the schema deploy_queue in ${database.target} ${version === undefined ? "is still missing" : `has version ${version}`}`,
      {
        hint: "Another application may own the schema graphile_migrate of this database: give deploy-queue a database of its own.",
      },
    );
  }
}

async function applyObjects(database: Database, folder: string): Promise<void> {
  await database.query((sql) => sql.unsafe(objectsAsStatements(objectsFolder(folder))).simple(), timeoutOfObjects);
}

/**
 * graphile-migrate keeps one list of migrations a database and compares nothing but file names: where another
 * application uses it, ours would silently be taken for applied, and theirs for unknown afterwards.
 */
async function refuseForeignMigrations(database: Database, folder: string): Promise<void> {
  const applied = await database
    .query<{ hash: string }>((sql) => sql`select hash from graphile_migrate.migrations order by filename`)
    .catch((error: unknown) => {
      if (errorCode(error) === "42P01" || errorCode(error) === "3F000") {
        return [];
      }
      throw toSchemaError(error, database);
    });
  const ours = new Set<string | undefined>();
  for (const name of (await readdir(join(folder, "committed"))).sort()) {
    ours.add(/^--! Hash: (\S+)$/m.exec(await readFile(join(folder, "committed", name), "utf8"))?.[1]);
  }
  if (applied.every(({ hash }) => ours.has(hash))) {
    return;
  }
  const [first] = ours;
  // With the tables of another first migration, it is ours and older than all releases; with this one, a newer program has begun.
  if (applied[0]?.hash !== first && (await schemaVersion(database)) !== undefined) {
    throw unreleasedSchema(database);
  }
  throw new SchemaError(`another application keeps its migrations in ${database.target} (schema graphile_migrate)`, {
    hint: "Give deploy-queue a database of its own. If this one is its own, a newer deploy-queue has migrated it: update this one.",
  });
}

/** Another process that migrates, or a long transaction that has a lock which a migration needs. */
function isInOurWay(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined) {
    // graphile-migrate says by an error without a code that another one has its lock.
    return error instanceof Error && !(error instanceof DeployQueueError);
  }
  // Two first migrations at once can meet in graphile-migrate's own "create schema if not exists".
  const inCatalog = code === "23505" && error instanceof Error && "schema" in error && error.schema === "pg_catalog";
  return inCatalog || [lockNotAvailable, "40P01", "42P06"].includes(code);
}

const lockNotAvailable = "55P03";

function toSchemaError(given: unknown, database: Database): unknown {
  const error = toUnavailable(given, database.target);
  if (error instanceof DatabaseUnavailableError) {
    return error;
  }
  if (errorCode(error) === lockNotAvailable) {
    return new SchemaError(`a transaction in ${database.target} is in the way of the migration`, {
      hint: "pg_stat_activity shows it, by its xact_start. Nothing has changed; deployments go on.",
      cause: error,
    });
  }
  const reason = reasonOf(error);
  if (errorCode(error) === "42501") {
    return new SchemaError(
      `this role may not create or change the schema deploy_queue in ${database.target}: ${reason}`,
      {
        hint: 'Run "deploy-queue migrate" once as the owner of the database.',
        cause: error,
      },
    );
  }
  return new SchemaError(`the schema deploy_queue in ${database.target} could not be migrated: ${reason}`, {
    cause: error,
  });
}
