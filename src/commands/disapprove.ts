import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, requiredText } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";

export class DisapproveCommand extends QueueCommand {
  static override paths = [["disapprove"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Cancel a deployment that waits for approvals, or was approved and has not started",
    details: "For approvers. The process that waits for the deployment is told who disapproved it and why.",
    examples: [["Take an approval back", 'deploy-queue disapprove 42 --note "the migration is not reversible"']],
  });

  deploymentId = deploymentIdArgument();
  note = requiredText("--note", "Why");

  override async act({ queue, log }: Session): Promise<number> {
    const deployment = await queue.gates.disapprove(this.deploymentId, this.note);
    log.info(`${deploymentName(deployment)} is disapproved and cancelled`);
    this.printJson(deployment);
    return 0;
  }
}
