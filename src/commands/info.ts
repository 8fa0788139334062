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
      Prints its id, its state, what it deploys, its note and its url; then its cell, when and by whom it was entered, when it started and
      ended, and who cancelled it and why. The states are reserved, held, queued, running, verifying, stopping, buffering, finished, failed, rejected and
      cancelled.
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
    const isStopped = deployment.stop_timestamp !== null || deployment.cancellation_timestamp !== null;
    const cancellation = isStopped ? await queue.history.cancellation(deployment.id) : undefined;
    const entry = await queue.history.verifiedEntry(deployment.id);
    const lines = particulars(deployment, cancellation, entry);
    if (isAsBefore) {
      this.print(summaryAsBefore(deployment), deployment);
      log.info(lines.join(", "));
      return 0;
    }
    const text = [summary(deployment), ...lines.map((line) => `  ${line}`)].join("\n");
    this.print(text, { ...deployment, cancelled_by: cancellation?.actor ?? null, ...entry });
    return 0;
  }
}
