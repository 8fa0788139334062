import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";

export class MigrateCommand extends QueueCommand {
  static override paths = [["migrate"]];

  static override usage = Command.Usage({
    description: "Create the database schema, or bring it up to date",
    details: "Every other command does so by itself, unless its role may not or `--skip-migrations` is given.",
  });

  override async act({ queue }: Session): Promise<number> {
    // Opening the session has migrated already.
    const { schemaVersion } = await import("../database/schema.js");
    const version = await schemaVersion(queue.database);
    this.print(`The schema deploy_queue in ${queue.database.target} has version ${version}`, {
      schema_version: version,
    });
    return 0;
  }
}
