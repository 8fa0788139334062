import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalText, parseLimit, valueOr } from "../../commandLine/values.js";
import { checkTable } from "../../tables/checkTables.js";

export class ListChecksCommand extends QueueCommand {
  static override paths = [["list", "checks"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the newest report of each check, the newest first",
    details: "When there are more than `--limit`, the log says so.",
    examples: [["What is known of a version", "deploy-queue list checks --component api --version v3"]],
  });

  component = options.component();
  version = options.version();
  name = optionalText("--name", "Name of the check, such as e2e");
  limit = valueOr("--limit", "100", "So many at most; 100 by default", parseLimit);

  override async act({ queue, log }: Session): Promise<number> {
    const { component, version, name, limit } = this;
    const found = await queue.checks.latest({ component, version, name, limit: limit + 1 });
    const checks = found.slice(0, limit);
    if (found.length > limit) {
      log.info(`these are the newest ${limit}; --limit shows more`);
    }
    this.print(checks.length === 0 ? "No check is reported for that." : checkTable(checks), checks);
    return 0;
  }
}
