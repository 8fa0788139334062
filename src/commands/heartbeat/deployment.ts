import { Command } from "clipanion";
import { argumentOrOption } from "../../commandLine/argumentOrOption.js";
import { keepUntilEnd } from "../../commandLine/keepUntilEnd.js";
import type { Session } from "../../commandLine/openSession.js";
import { options } from "../../commandLine/options.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { optionalArgument, optionalValue } from "../../commandLine/values.js";
import { parseDeploymentId } from "../../text/numbers.js";

export class HeartbeatDeploymentCommand extends QueueCommand {
  static override paths = [["heartbeat", "deployment"]];

  static override usage = Command.Usage({
    category: "Heartbeat",
    description: "Keep a deployment alive until it ends",
    details: `
      Exits with 0 when the deployment has finished, with 5 when it was cancelled. It cannot stop the work: when the deployment is asked
      to stop, it says so, and goes on.
    `,
    examples: [["Keep deployment 42 alive", "deploy-queue heartbeat deployment 42"]],
  });

  deploymentId = optionalArgument("deployment-id", parseDeploymentId);
  deploymentIdOption = optionalValue("--deployment-id", "The id, as an option", parseDeploymentId);

  override outageTimeout = options.heartbeatOutageTimeout();

  override async act(session: Session): Promise<number> {
    const id = argumentOrOption(this.deploymentId, this.deploymentIdOption, {
      what: "deployment id",
      option: "--deployment-id",
      example: "deploy-queue heartbeat deployment 42",
    });
    return keepUntilEnd(session, id, this.outageTimeout);
  }
}
