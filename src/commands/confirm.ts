import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { argument, deploymentIdArgument } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";

export class ConfirmCommand extends QueueCommand {
  static override paths = [["confirm"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Bring the phrase that a waiting deployment needs",
    details: `
      An environment may demand a phrase of every deployment (\`environment set --confirmation\`). What enters brings it with \`--confirm\`.
      This is for what waited already when the phrase was demanded. A wrong phrase is recorded, changes nothing, and exits with 4.
    `,
    examples: [["Let deployment 42 start", "deploy-queue confirm 42 into-production"]],
  });

  deploymentId = deploymentIdArgument();
  confirmation = argument("confirmation", (text) => text);

  override async act({ queue, log }: Session): Promise<number> {
    const deployment = await queue.gates.confirm(this.deploymentId, this.confirmation);
    log.info(`${deploymentName(deployment)} is confirmed`);
    this.printJson(deployment);
    return 0;
  }
}
