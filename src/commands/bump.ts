import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, requiredText, valueOption } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";
import { parsePriority } from "../text/numbers.js";

export class BumpCommand extends QueueCommand {
  static override paths = [["bump"]];

  static override usage = Command.Usage({
    description: "Let a queued deployment pass others in its line",
    details: `
      Gives the deployment a priority one higher than the highest of the others in its line, or the given one. A deployment that
      runs or cools down blocks it as before. Its events keep who bumped it and why. \`deploy-queue list queue\` shows how often
      a deployment was overtaken. Where roles are in use, only an operator may do this.
    `,
    examples: [["The fix first", 'deploy-queue bump 42 --reason "sev 1: checkout is down"']],
  });

  deploymentId = deploymentIdArgument();
  reason = requiredText("--reason", "Why, for the people who are overtaken");
  priority = valueOption("--priority", "This priority instead, such as 0 to take a bump back", parsePriority);

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const deployment = await queue.line.bump(this.deploymentId, this.reason, this.priority);
    if (!wasTold()) {
      log.info(`${deploymentName(deployment)} has priority ${deployment.priority}`);
    }
    this.printJson(deployment);
    return 0;
  }
}
