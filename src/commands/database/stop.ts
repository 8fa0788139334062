import { Command } from "clipanion";
import { BaseCommand } from "../../commandLine/baseCommand.js";
import { stopEmbeddedServer } from "../../database/embedded/server.js";

export class DatabaseStopCommand extends BaseCommand {
  static override paths = [["database", "stop"]];

  static override usage = Command.Usage({
    category: "Embedded database",
    description: "Stop this user's own PostgreSQL",
    details: "The next command that needs it starts it again. Nothing in it is lost.",
  });

  override async perform(): Promise<number> {
    const stopped = await stopEmbeddedServer();
    this.print(stopped ? "stopped" : "it was not running", { stopped });
    return 0;
  }
}
