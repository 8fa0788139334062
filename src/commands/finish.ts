import { Command, Option } from "clipanion";
import { isCompatible } from "../commandLine/compatibility.js";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";

export class FinishCommand extends QueueCommand {
  static override paths = [["finish"]];

  static override usage = Command.Usage({
    description: "Finish a running deployment",
    details: `
      Its cell cools down for the buffer time of the environment. Then the next deployment in the line may start.

      Where the environment requires verification, see that what was deployed works, and say so with \`--verified\`.
    `,
    examples: [
      ["Finish deployment 42", "deploy-queue finish 42"],
      ["Finish it where the environment requires verification", "deploy-queue finish 42 --verified"],
    ],
  });

  deploymentId = deploymentIdArgument();
  verified = Option.Boolean("--verified", false, { description: "What it deployed was seen to work" });
  override outageTimeout = options.outageTimeout();

  override async act(session: Session): Promise<number> {
    const deployment = await this.patiently(session, () =>
      session.queue.finish(this.deploymentId, { verified: this.verified }),
    );
    const { finish_timestamp: moment } = deployment;
    if (!session.wasTold() && moment !== null) {
      session.log.info(`${deploymentName(deployment)} finished at ${formatMoment(moment)}`);
    }
    this.printJson(deployment);
    return session.wasTold() && isCompatible(this.context) ? 1 : 0;
  }
}
