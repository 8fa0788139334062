import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { requiredOption } from "../commandLine/requiredOption.js";
import { parseDeploymentId, parsePriority } from "../queue/values.js";

export class BumpCommand extends QueueCommand {
  static override paths = [["bump"]];

  static override usage = Command.Usage({
    description: "Let a queued deployment pass others in its line",
    details: `
      Gives it a priority one higher than the highest of the others in its line, or the given one. Whoever runs or cools
      down blocks it as before. Its events keep who and why, and \`deploy-queue list queue\` shows how often a deployment
      was overtaken. Where roles are in use, operators only.
    `,
    examples: [["The fix first", 'deploy-queue bump 42 --reason "sev 1: checkout is down"']],
  });

  deploymentId = Option.String({ name: "deployment-id", required: true });
  reason = requiredOption("--reason", "Why, for those who are overtaken");
  priority = Option.String("--priority", { description: "This priority instead, such as 0 to take a bump back" });

  override async act({ queue, log }: Session): Promise<number> {
    const { deploymentName } = await import("../text/describe.js");
    const priority = parsePriority(this.priority, "--priority");
    const deployment = await queue.line.bump(parseDeploymentId(this.deploymentId), this.reason, priority);
    log.info(`${deploymentName(deployment)} has priority ${deployment.priority}`);
    if (this.json) {
      this.print("", deployment);
    }
    return 0;
  }
}
