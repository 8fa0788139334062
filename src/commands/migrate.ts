import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";

export class MigrateCommand extends QueueCommand {
  static override paths = [["migrate"]];

  static override usage = Command.Usage({
    description: "Create the database schema, or bring it up to date",
    details:
      "Every other command does so by itself, unless its role may not or `--skip-migrations` is given. This one also replaces functions and views that differ from those of the program although the version is the same.",
  });

  override async act({ queue, log }: Session): Promise<number> {
    // Opening the session has migrated already.
    const { migrationsFolder, schemaVersion } = await import("../database/schema.js");
    const { repairObjects } = await import("../database/migrate.js");
    if (await repairObjects(queue.database, migrationsFolder())) {
      log.info("the functions and views differed from those of this program, and were replaced");
    }
    const version = await schemaVersion(queue.database);
    this.print(`The schema deploy_queue in ${queue.database.target} has version ${version}`, {
      schema_version: version,
    });
    return 0;
  }
}
