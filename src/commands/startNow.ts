import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, requiredText } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";

export class StartNowCommand extends QueueCommand {
  static override paths = [["start-now"]];

  static override usage = Command.Usage({
    description: "Start a waiting deployment past the rules, in an emergency",
    details: `
      It starts beside what runs in its cell, in a buffer or a freeze, and before those ahead of it: \`explain\` says what it would pass. The
      process that waits for it is woken and goes on as if its turn had come. Its events keep who did this, why, and what it has passed. From
      then on it keeps others waiting as any deployment does. Where roles are in use, only an operator may do this.

      \`freeze allow\` lets it through a freeze only, and \`bump\` only lets it pass others that wait.
    `,
    examples: [["The fix, now", 'deploy-queue start-now 42 --reason "sev 1: checkout is down"']],
  });

  deploymentId = deploymentIdArgument();
  reason = requiredText("--reason", "Why, for those that it passes");

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const deployment = await queue.line.startNow(this.deploymentId, this.reason);
    if (!wasTold()) {
      const keeper =
        deployment.heartbeat_timestamp === null ? ", without heartbeats: finish it when its work is done" : "";
      log.info(`${deploymentName(deployment)} has started past the rules${keeper}`);
    }
    this.printJson(deployment);
    return 0;
  }
}
