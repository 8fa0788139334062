import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../../commandLine/values.js";
import { deploymentName } from "../../text/describe.js";

export class CancelDeploymentCommand extends QueueCommand {
  static override paths = [["cancel", "deployment"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel one queued or running deployment",
    examples: [
      ["Cancel deployment 42", 'deploy-queue cancel deployment 42 --cancellation-note "failing health checks"'],
    ],
  });

  deploymentId = deploymentIdArgument();
  override outageTimeout = options.outageTimeout();
  cancellationNote = options.cancellationNote();

  override async act(session: Session): Promise<number> {
    const id = this.deploymentId;
    const note = this.cancellationNote;
    const deployment = await this.patiently(session, () => session.queue.cancel(id, note));
    session.log.info(
      `${deploymentName(deployment)} was cancelled at ${deployment.cancellation_timestamp?.toISOString()}`,
    );
    this.printJson(deployment);
    return 0;
  }
}
