import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, optionalText } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";

export class FailCommand extends QueueCommand {
  static override paths = [["fail"]];

  static override usage = Command.Usage({
    description: "End a running deployment whose work has failed",
    details: `
      Its cell is free at once, without a buffer, and its state is failed. Call it once nothing of the work runs any more: unlike
      \`cancel deployment\`, it asks no keeper to end the work.
    `,
    examples: [["The deployment of a job has failed", 'deploy-queue fail 42 --note "health checks"']],
  });

  deploymentId = deploymentIdArgument();
  override outageTimeout = options.outageTimeout();
  note = optionalText("--note", "Why it has failed");

  override async act(session: Session): Promise<number> {
    const deployment = await this.patiently(session, () => session.queue.fail(this.deploymentId, this.note));
    session.log.info(
      `${deploymentName(deployment)} ended at ${deployment.cancellation_timestamp?.toISOString()}: failed`,
    );
    this.printJson(deployment);
    return 0;
  }
}
