import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { requireVersion } from "../commandLine/requireVersion.js";
import { requiredName, requiredText } from "../commandLine/values.js";
import { withdrawnEachText } from "../text/cancellation.js";

export class MarkBadCommand extends QueueCommand {
  static override paths = [["mark-bad"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Withdraw a version: it is deployed nowhere any more",
    details: `
      No deployment of the version enters a line from now on, in all environments that the caller may change, and those that wait are
      cancelled. Those that run go on: \`cancel version\` stops them. A rollback may go back to the version, unless the policy
      \`--gate-rollbacks\` says otherwise. \`deploy-queue mark-good\` takes it back. A version that no deployment has had is exit code 3.

      Where roles are in use, only an operator may do this.
    `,
    examples: [["v3 loses orders", 'deploy-queue mark-bad --component api --version v3 --reason "it loses orders"']],
  });

  component = requiredName("-c,--component", "What is deployed");
  version = requiredName("-v,--version", "Which version of it");
  reason = requiredText("--reason", "Why, for the people whose deployments are withdrawn");

  override async act({ queue, log }: Session): Promise<number> {
    const { component, version, reason } = this;
    await requireVersion(queue, component, version);
    const deployments = await queue.promotions.markBad(component, version, reason);
    log.info(`${component}@${version} is marked bad`);
    this.print(withdrawnEachText(deployments), deployments);
    return 0;
  }
}
