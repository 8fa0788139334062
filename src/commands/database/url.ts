import { Command } from "clipanion";
import { BaseCommand } from "../../commandLine/baseCommand.js";
import { ensureEmbeddedServer } from "../../database/embedded/server.js";

export class DatabaseUrlCommand extends BaseCommand {
  static override paths = [["database", "url"]];

  static override usage = Command.Usage({
    category: "Embedded database",
    description: "Print the URL of this user's own PostgreSQL",
    details: "Starts it when needed. The URL contains the password.",
    examples: [["Look into it", 'psql "$(deploy-queue database url)"']],
  });

  override async perform(): Promise<number> {
    const { url } = await ensureEmbeddedServer();
    this.print(url, { url });
    return 0;
  }
}
