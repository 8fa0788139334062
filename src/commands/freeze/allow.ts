import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, deploymentIdArgument } from "../../commandLine/values.js";
import { parseNumber } from "../../text/numbers.js";
import { freezeArea } from "../../text/policies.js";

export class FreezeAllowCommand extends QueueCommand {
  static override paths = [["freeze", "allow"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Let one deployment through a freeze",
    details: `
      The deployment passes those that the freeze holds, and waits for what else is in its cell. The freeze goes on to hold all others.
      Wakes the waiter of the deployment when it may start now. \`list freezes\` shows what a freeze lets pass. Where roles are in use, only an
      operator may do this.
    `,
    examples: [["Let the hotfix 42 through freeze 3", "deploy-queue freeze allow 3 42"]],
  });

  freeze = argument("freeze", (text) => parseNumber(text, "the number of the freeze"));
  deploymentId = deploymentIdArgument();

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const freeze = await queue.policies.allowThroughFreeze(this.freeze, this.deploymentId);
    if (!wasTold()) {
      log.info(`freeze ${freeze.freeze_id} of ${freezeArea(freeze)} lets deployment ${this.deploymentId} through`);
    }
    this.printJson(freeze);
    return 0;
  }
}
