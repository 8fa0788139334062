import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { resolveConnectionTarget } from "../database/connectionUrl.js";
import { hasOtherObjects, migrationsFolder, schemaVersion } from "../database/schema.js";
import { withProgress } from "../display/progress.js";

export class MigrateCommand extends QueueCommand {
  static override paths = [["migrate"]];

  static override usage = Command.Usage({
    description: "Create the database schema, or bring it up to date",
    details: `
      Every other command does so by itself, unless its role may not or \`--skip-migrations\` is given. This command also
      replaces functions and views that differ from those of the program although the version is the same.
    `,
  });

  override async act({ queue, log }: Session): Promise<number> {
    // Opening the session has migrated already.
    if (!this.skipMigrations && (await hasOtherObjects(queue.database))) {
      log.info("the functions and views differ from those of this program, and are replaced");
      const { url } = await resolveConnectionTarget(this.context.env);
      const { migrateSchema } = await import("../database/migrate.js");
      await withProgress(log, "replacing functions and views", () =>
        migrateSchema(queue.database, { url, folder: migrationsFolder(), onProgress: () => undefined }),
      );
    }
    const version = await schemaVersion(queue.database);
    this.print(`The schema deploy_queue in ${queue.database.target} has version ${version}`, {
      schema_version: version,
    });
    return 0;
  }
}
