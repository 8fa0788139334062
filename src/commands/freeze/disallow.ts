import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, deploymentIdArgument } from "../../commandLine/values.js";
import { parseNumber } from "../../text/numbers.js";
import { freezeArea } from "../../text/policies.js";

export class FreezeDisallowCommand extends QueueCommand {
  static override paths = [["freeze", "disallow"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Take back that a freeze lets a deployment through",
    details: `
      The deployment waits with the others that the freeze holds. One that has started goes on: exit code 4. Where roles are in use, only an
      operator may do this.
    `,
    examples: [["Let freeze 3 hold 42 again", "deploy-queue freeze disallow 3 42"]],
  });

  freeze = argument("freeze", (text) => parseNumber(text, "the number of the freeze"));
  deploymentId = deploymentIdArgument();

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const freeze = await queue.policies.disallowThroughFreeze(this.freeze, this.deploymentId);
    if (!wasTold()) {
      log.info(`freeze ${freeze.freeze_id} of ${freezeArea(freeze)} holds deployment ${this.deploymentId} again`);
    }
    this.printJson(freeze);
    return 0;
  }
}
