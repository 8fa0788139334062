import { Command } from "clipanion";
import { isCompatible } from "../commandLine/compatibility.js";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../commandLine/values.js";
import { DeploymentNotFoundError } from "../queue/errors.js";
import { particulars, summary } from "../text/describe.js";
import { summaryAsBefore } from "../text/summaryAsBefore.js";

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
    const isAsBefore = isCompatible(this.context);
    const deployment = await queue.deployment(this.deploymentId).catch((error: unknown) => {
      if (isAsBefore && error instanceof DeploymentNotFoundError) {
        this.context.stdout.write(`Deployment with ID ${this.deploymentId} not found\n`);
      }
      throw error;
    });
    this.print(isAsBefore ? summaryAsBefore(deployment) : summary(deployment), deployment);
    const isStopped = deployment.stop_timestamp !== null || deployment.cancellation_timestamp !== null;
    log.info(particulars(deployment, isStopped ? await queue.history.cancellation(deployment.id) : undefined));
    return 0;
  }
}
