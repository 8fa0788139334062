import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../commandLine/values.js";
import { particulars, summary } from "../text/describe.js";

export class InfoCommand extends QueueCommand {
  static override paths = [["info"]];

  static override usage = Command.Usage({
    description: "Show one deployment",
    details: `
      Prints its id, whether it is queued, deploying, stopping, deployed, failed or cancelled, what it deploys, its note and its url.
      The log names its cell, says when and by whom it was entered, when it started and ended, and who cancelled it and why.
    `,
    examples: [["Show deployment 42", "deploy-queue info 42"]],
  });

  deploymentId = deploymentIdArgument();

  override async act({ queue, log }: Session): Promise<number> {
    const deployment = await queue.deployment(this.deploymentId);
    this.print(summary(deployment), deployment);
    const isStopped = deployment.stop_timestamp !== null || deployment.cancellation_timestamp !== null;
    log.info(particulars(deployment, isStopped ? await queue.history.cancellation(deployment.id) : undefined));
    return 0;
  }
}
