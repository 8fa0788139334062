import { Command } from "clipanion";
import { BaseCommand } from "../../commandLine/baseCommand.js";
import { embeddedServerStatus } from "../../database/embedded/server.js";

export class DatabaseStatusCommand extends BaseCommand {
  static override paths = [["database", "status"]];

  static override usage = Command.Usage({
    category: "Embedded database",
    description: "Show this user's own PostgreSQL, the one that is used when no database URL is set",
  });

  override async perform(): Promise<number> {
    const { url: _, ...status } = await embeddedServerStatus();
    const text = status.running
      ? `running in ${status.directory}: PostgreSQL ${status.version}, process ${status.pid}, port ${status.port}`
      : `not running; its directory is ${status.directory}`;
    this.print(text, status);
    return 0;
  }
}
