import { randomUUID } from "node:crypto";
import { Command, Option } from "clipanion";
import { checkGitHubOutput, setGitHubOutput } from "../commandLine/githubOutput.js";
import type { Session } from "../commandLine/openSession.js";
import { RequestCommand } from "../commandLine/requestCommand.js";
import { deploymentName } from "../text/describe.js";

export class StageCommand extends RequestCommand {
  static override paths = [["stage"]];

  static override usage = Command.Usage({
    category: "Hold",
    description: "Prepare a deployment for a later release, after a review",
    details: `
      Records a deployment on hold, outside the line, prints its id and exits. \`deploy-queue list staged\` shows what is
      prepared, \`release\` lets it go, \`purge\` drops it.

      A command behind \`--\` runs as with \`run\`: in the process of the person who releases it, on their machine and with their
      rights. Every reader of the queue can read it: keep secrets out of it.

      The same component and version with the same command in the same cell is staged once. A second time is refused.
    `,
    examples: [
      [
        "Prepare a migration for the maintenance window",
        "deploy-queue stage --environment prod --provider aws --region us-west-2 --cell-index 1 --component db --version v7 -- ./migrate.sh v7",
      ],
    ],
  });

  command = Option.Rest({ name: "command" });

  override async act(session: Session): Promise<number> {
    const { queue, log } = session;
    await checkGitHubOutput();
    const request = await this.request(session);
    const deployment = await queue.enqueue({
      ...request,
      hold: "outside",
      command: this.command.length > 0 ? this.command : undefined,
      idempotencyKey: request.idempotencyKey ?? randomUUID(),
    });
    log.info(
      `${deploymentName(deployment)} is staged; deploy-queue release ${deployment.id} lets it go, deploy-queue purge ${deployment.id} drops it`,
    );
    this.print(String(deployment.id), deployment);
    await setGitHubOutput("deployment-id", String(deployment.id));
    return 0;
  }
}
