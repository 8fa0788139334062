import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalText } from "../../commandLine/values.js";
import { badVersionTable } from "../../tables/checkTables.js";

export class ListBadVersionsCommand extends QueueCommand {
  static override paths = [["list", "bad-versions"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the versions that are marked bad: where that counts, by whom, and why",
    examples: [["What prod does not take", "deploy-queue list bad-versions -e prod"]],
  });

  environment = optionalText("-e,--environment", "Environment, such as dev or prod");
  component = options.component();
  version = options.version();

  override async act({ queue }: Session): Promise<number> {
    const { environment, component, version } = this;
    const marks = await queue.promotions.badVersions({ environment, component, version });
    this.print(marks.length === 0 ? "No version is marked bad." : badVersionTable(marks), marks);
    return 0;
  }
}
