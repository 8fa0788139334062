import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { PatientCommand } from "../commandLine/patientCommand.js";
import { parseDeploymentId } from "../queue/values.js";

export class FinishCommand extends PatientCommand {
  static override paths = [["finish"]];

  static override usage = Command.Usage({
    description: "Finish a running deployment",
    details: "Its cell cools down for the buffer time of the environment, then the next in line is let in.",
    examples: [["Finish deployment 42", "deploy-queue finish 42"]],
  });

  deploymentId = Option.String({ name: "deployment-id", required: true });

  override async act(session: Session): Promise<number> {
    const { deploymentName } = await import("../text/describe.js");
    const id = parseDeploymentId(this.deploymentId);
    const deployment = await this.patiently(session, () => session.queue.finish(id));
    session.log.info(`${deploymentName(deployment)} finished at ${deployment.finish_timestamp?.toISOString()}`);
    if (this.json) {
      this.print("", deployment);
    }
    return 0;
  }
}
