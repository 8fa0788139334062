import { Command } from "clipanion";
import { isCompatible } from "../../commandLine/compatibility.js";
import { confirmForce, requireOneWay } from "../../commandLine/confirmForce.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../../commandLine/values.js";
import { cancelledText, isStopping, placeText } from "../../text/cancellation.js";

export class CancelDeploymentCommand extends QueueCommand {
  static override paths = [["cancel", "deployment"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel one queued or running deployment",
    details: `
      A deployment that runs and sends heartbeats is asked to stop. It holds its cell until the process that keeps it has ended the work.
      Any other one is cancelled at once.

      \`--force\` cancels it at once in any case, and frees its cell. The work may still go on there, beside the next deployment. It asks
      on a terminal, and needs \`--yes\` in a script.

      \`--queued-only\` cancels it only while it is queued. Once it has started, also in this moment, that is exit code 4.
    `,
    examples: [
      ["Cancel deployment 42", 'deploy-queue cancel deployment 42 --cancellation-note "failing health checks"'],
      ["Unless it has started", "deploy-queue cancel deployment 42 --queued-only"],
    ],
  });

  deploymentId = deploymentIdArgument();
  override outageTimeout = options.outageTimeout();
  cancellationNote = options.cancellationNote();
  force = options.force();
  queuedOnly = options.queuedOnly();
  yes = options.yes();

  override async act(session: Session): Promise<number> {
    const id = this.deploymentId;
    const { cancellationNote: note, force, queuedOnly, yes } = this;
    requireOneWay(this);
    if (force && !yes) {
      const present = await this.patiently(session, () => session.queue.deployment(id));
      const runs = ["running", "verifying", "stopping"].includes(present.status);
      await confirmForce(runs ? [`${id} ${placeText(present)}`] : [], this.context);
    }
    const deployment = await this.patiently(session, () => session.queue.cancel(id, note, { force, queuedOnly }));
    if (!session.wasTold() || isStopping(deployment)) {
      session.log.info(cancelledText(deployment));
    }
    this.printJson(deployment);
    return session.wasTold() && isCompatible(this.context) ? 1 : 0;
  }
}
