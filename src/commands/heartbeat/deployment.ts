import { Command, Option } from "clipanion";
import { parseDeploymentId } from "../../queue/values.js";
import { deploymentOptions, readTimeout } from "../options.js";
import { PatientCommand } from "../patientCommand.js";
import type { Session } from "../queueCommand.js";
import { argumentOrOption } from "./argumentOrOption.js";

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
    const { keepUntilEnd } = await import("./keep.js");
    const id = argumentOrOption(this.deploymentId, this.deploymentIdOption, {
      what: "deployment id",
      option: "--deployment-id",
      example: "deploy-queue heartbeat deployment 42",
    });
    return keepUntilEnd(session, parseDeploymentId(id), readTimeout(this.outageTimeout, "--outage-timeout"));
  }
}
