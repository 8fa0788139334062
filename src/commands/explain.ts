import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument } from "../commandLine/values.js";
import { explanation } from "../text/explanation.js";

export class ExplainCommand extends QueueCommand {
  static override paths = [["explain"]];

  static override usage = Command.Usage({
    description: "Say why a deployment has not started",
    details: "Every rule that keeps it waiting, until when if that is known, and what would lift it.",
    examples: [["What does deployment 42 wait for", "deploy-queue explain 42"]],
  });

  deploymentId = deploymentIdArgument();

  override async act({ queue }: Session): Promise<number> {
    const id = this.deploymentId;
    const reasons = await queue.line.explain(id);
    const deployment = await queue.deployment(id);
    const forecast = await queue.line.forecast(id);
    const logged = await queue.logs.logged(reasons.flatMap(({ deployment_id: blocker }) => blocker ?? []));
    this.print(explanation(deployment, reasons, forecast, logged), reasons);
    return 0;
  }
}
