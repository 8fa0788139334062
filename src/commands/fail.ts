import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, optionalText } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";

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
    const { cancellation_timestamp: moment } = deployment;
    if (!session.wasTold() && moment !== null) {
      session.log.info(`${deploymentName(deployment)} failed at ${formatMoment(moment)}`);
    }
    this.printJson(deployment);
    return 0;
  }
}
