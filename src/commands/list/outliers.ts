import { Command } from "clipanion";
import { setGitHubOutput } from "../../commandLine/githubOutput.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { PlacedCommand } from "../../commandLine/placedCommand.js";
import { isAbout } from "../../queue/calls/placeStatus.js";
import { outlierRecords } from "../../tables/outlierRecords.js";
import { jsonText } from "../../text/printable.js";

export class ListOutliersCommand extends PlacedCommand {
  static override paths = [["list", "outliers"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the running deployments that take longer than usual",
    details: `
      An outlier takes longer than the mean plus two standard deviations of the last 100 deployments of the same component in
      the same cell that finished within 3 months. Prints JSON with durations for people, and writes it to the step output \`active-outliers\` in a GitHub
      workflow. With \`--json\`, the fields are those of all rows, and durations are in seconds.
    `,
    examples: [["Of one component in prod", "deploy-queue list outliers --environment prod --component api"]],
  });

  component = options.component();

  override async act({ queue }: Session): Promise<number> {
    const place = await this.whereabouts(queue);
    await queue.cells.require(place);
    const rows = (await queue.boards.outliers()).filter(
      (row) => isAbout(row, place) && (this.component ?? row.component) === row.component,
    );
    const outliers = outlierRecords(rows);
    const records = rows.map(({ id, ...row }) => ({ deployment_id: id, ...row }));
    this.context.stdout.write(`${this.json ? jsonText(records) : jsonText(outliers, 2)}\n`);
    await setGitHubOutput("active-outliers", JSON.stringify(outliers));
    return 0;
  }
}
