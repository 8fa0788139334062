import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { deploymentOptions } from "../../commandLine/options.js";
import { PatientCommand } from "../../commandLine/patientCommand.js";
import { emptyIsAbsent, parseDeploymentId } from "../../queue/values.js";

export class CancelDeploymentCommand extends PatientCommand {
  static override paths = [["cancel", "deployment"]];

  static override usage = Command.Usage({
    category: "Cancel",
    description: "Cancel one queued or running deployment",
    examples: [
      ["Cancel deployment 42", 'deploy-queue cancel deployment 42 --cancellation-note "failing health checks"'],
    ],
  });

  deploymentId = Option.String({ name: "deployment-id", required: true });
  cancellationNote = deploymentOptions.cancellationNote();

  override async act(session: Session): Promise<number> {
    const { deploymentName } = await import("../../text/describe.js");
    const id = parseDeploymentId(this.deploymentId);
    const note = emptyIsAbsent(this.cancellationNote);
    const deployment = await this.patiently(session, () => session.queue.cancel(id, note));
    session.log.info(
      `${deploymentName(deployment)} was cancelled at ${deployment.cancellation_timestamp?.toISOString()}`,
    );
    if (this.json) {
      this.print("", deployment);
    }
    return 0;
  }
}
