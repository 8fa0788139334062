import { Command } from "clipanion";
import { parseStatus } from "../../commandLine/deploymentListCommand.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { optionalText, optionalValue, parseLimit, valueOr } from "../../commandLine/values.js";
import { deploymentTable } from "../../tables/deploymentTable.js";
import { parseSince } from "../../text/moments.js";

export class ListDeploymentsCommand extends PlacedCommand {
  static override paths = [["list", "deployments"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List deployments of any state, the newest first",
    details: `
      \`--since\` is how long ago, such as 2h or 7d, or a moment with its zone; a day by default. It counts from when they entered the line.
      When there are more than \`--limit\`, the log says so.
    `,
    examples: [
      ["What failed in prod this week", "deploy-queue list deployments -e prod --since 7d --status failed"],
      ["What ann has deployed", "deploy-queue list deployments --since 30d --by ann@laptop"],
    ],
  });

  since = optionalText("--since", "How long ago, or since when; 24h by default");
  component = options.component();
  version = options.version();
  status = optionalValue("--status", "State, such as failed", parseStatus);
  by = optionalText("--by", "The actor, or the role of the database");
  limit = valueOr("--limit", "100", "So many at most; 100 by default", parseLimit);

  override async act({ queue, log }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    await queue.cells.require(place);
    const { component, version, status, by, limit } = this;
    const filter = {
      ...place,
      component,
      version,
      status,
      by,
      since: await parseSince(queue, this.since ?? "24h", "--since"),
    };
    const found = await queue.boards.deployments({ ...filter, limit: limit + 1 });
    const rows = found.slice(0, limit);
    if (found.length > limit) {
      log.info(`these are the newest ${limit}; --limit shows more`);
    }
    this.print(rows.length === 0 ? "No deployment is like that." : deploymentTable(rows), rows);
    return 0;
  }
}
