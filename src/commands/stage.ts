import { randomUUID } from "node:crypto";
import { Command, Option } from "clipanion";
import { checkGitHubOutput, setGitHubOutput } from "../commandLine/githubOutput.js";
import type { Session } from "../commandLine/openSession.js";
import { RequestCommand } from "../commandLine/requestCommand.js";
import { InvalidValueError } from "../database/errors.js";
import { deploymentName } from "../text/describe.js";
import { hasUnprintable } from "../text/printable.js";

export class StageCommand extends RequestCommand {
  static override paths = [["stage"]];

  static override usage = Command.Usage({
    category: "Hold",
    description: "Prepare a deployment for a later release, after a review",
    details: `
      Records a deployment on hold, outside the line, prints its id and exits. \`deploy-queue list staged\` shows what is
      prepared, \`release\` lets it go, \`purge\` drops it.

      A command behind \`--\` runs as with \`run\`: in the process of the person who releases it, on their machine and with their
      rights. Every reader of the queue can read it: keep secrets out of it. Its words must be printable, so that what is
      reviewed is what runs: no line breaks and no escape sequences.

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
    this.command.forEach(checkWord);
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

/** The person who releases it must see the very command that will run. */
function checkWord(word: string, index: number): void {
  if (hasUnprintable(word)) {
    const place = index === 0 ? "the program" : `argument ${index}`;
    throw new InvalidValueError(`${place} of the command has characters that cannot be shown, such as a line break`, {
      hint: "Put it into a script, and stage the script.",
    });
  }
}
