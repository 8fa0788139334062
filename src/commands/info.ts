import { Command, Option } from "clipanion";
import { parseDeploymentId } from "../queue/values.js";
import { QueueCommand, type Session } from "./queueCommand.js";

export class InfoCommand extends QueueCommand {
  static override paths = [["info"]];

  static override usage = Command.Usage({
    description: "Show one deployment",
    details:
      "Prints its id, whether it is queued, deploying, deployed or cancelled, what it deploys, its note and its url.",
    examples: [["Show deployment 42", "deploy-queue info 42"]],
  });

  deploymentId = Option.String({ name: "deployment-id", required: true });

  override async act({ queue }: Session): Promise<number> {
    const { summary } = await import("../output/describe.js");
    const deployment = await queue.deployment(parseDeploymentId(this.deploymentId));
    this.print(summary(deployment), deployment);
    return 0;
  }
}
