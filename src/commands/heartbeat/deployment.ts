import { Command, Option } from "clipanion";
import { argumentOrOption } from "../../commandLine/argumentOrOption.js";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions, readTimeout } from "../../commandLine/options.js";
import { PatientCommand } from "../../commandLine/patientCommand.js";
import { parseDeploymentId } from "../../queue/values.js";

export class HeartbeatDeploymentCommand extends PatientCommand {
  static override paths = [["heartbeat", "deployment"]];

  static override usage = Command.Usage({
    category: "Heartbeat",
    description: "Keep a deployment alive until it ends",
    details: "Exits with 0 when the deployment has finished, with 5 when it was cancelled.",
    examples: [["Keep deployment 42 alive", "deploy-queue heartbeat deployment 42"]],
  });

  deploymentId = Option.String({ name: "deployment-id", required: false });
  deploymentIdOption = Option.String("--deployment-id", { description: "The id, as an option" });

  override outageTimeout = deploymentOptions.heartbeatOutageTimeout();

  override async act(session: Session): Promise<number> {
    const { keepUntilEnd } = await import("../../commandLine/keepUntilEnd.js");
    const id = argumentOrOption(this.deploymentId, this.deploymentIdOption, {
      what: "deployment id",
      option: "--deployment-id",
      example: "deploy-queue heartbeat deployment 42",
    });
    return keepUntilEnd(session, parseDeploymentId(id), readTimeout(this.outageTimeout, "--outage-timeout"));
  }
}
