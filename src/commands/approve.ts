import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { deploymentIdArgument, optionalText } from "../commandLine/values.js";
import { deploymentName } from "../text/describe.js";

export class ApproveCommand extends QueueCommand {
  static override paths = [["approve"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Approve a deployment that another person has entered",
    details: `
      An environment may demand approvals (\`environment set --approvals\`). They are for the version and the artifact that the deployment
      has, and may come before its turn. The one who entered it does not approve it, and each person counts once: neither the login of the
      database nor the actor may be the same. Only members of deploy_queue_approver may, or of the role that the environment names.
      \`deploy-queue list approvals\` shows what waits for you.
    `,
    examples: [["Let deployment 42 go", "deploy-queue approve 42"]],
  });

  deploymentId = deploymentIdArgument();
  note = optionalText("--note", "What you have looked at, for the record");

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const deployment = await queue.gates.approve(this.deploymentId, this.note);
    const left = (await queue.line.explain(this.deploymentId)).find(({ kind }) => kind === "approval");
    if (!wasTold()) {
      const more = left === undefined ? "" : `; it waits for ${left.text}`;
      log.info(`${deploymentName(deployment)} is approved${more}`);
    }
    this.printJson(deployment);
    return 0;
  }
}
