import { Command } from "clipanion";
import { confirm } from "../commandLine/confirm.js";
import type { Session } from "../commandLine/openSession.js";
import { SelectionCommand } from "../commandLine/selectionCommand.js";
import { stagedTable } from "../tables/stagedTable.js";
import { deploymentName } from "../text/describe.js";

export class PurgeCommand extends SelectionCommand {
  static override paths = [["purge"]];

  static override usage = Command.Usage({
    category: "Hold",
    description: "Drop deployments that are on hold",
    details: `
      Shows what it will drop, and asks on a terminal. Any answer but yes changes nothing and exits with 4, Ctrl-C with 130. A
      deployment that is released meanwhile is not touched.
    `,
    examples: [
      ["Drop one", 'deploy-queue purge 42 --reason "not this week"'],
      ["Drop what is on hold for a component, in a script", "deploy-queue purge --component dns --yes"],
    ],
  });

  override async act({ queue, log }: Session): Promise<number> {
    const held = await this.selected(queue, (deployment) => {
      const isDropped = deployment.status === "cancelled" && deployment.hold !== null;
      if (isDropped) {
        log.info(`${deploymentName(deployment)} was dropped already`);
      }
      return isDropped;
    });
    if (held.length === 0 && this.deploymentIds.length === 0) {
      log.info("nothing of that is on hold");
    }
    if (held.length > 0 && !this.yes) {
      this.context.stderr.write(`${stagedTable(held)}\n`);
      await confirm(`Drop ${held.length === 1 ? "it" : `these ${held.length}`}?`);
    }
    const purged = [];
    for (const { deployment_id } of held) {
      const deployment = await queue.holds.purge(deployment_id, this.reason);
      log.info(`${deploymentName(deployment)} was dropped`);
      purged.push(deployment);
    }
    this.printJson(purged);
    return 0;
  }
}
