import { randomUUID } from "node:crypto";
import { Command, Option } from "clipanion";
import { checkGitHubOutput, setGitHubOutput } from "../commandLine/githubOutput.js";
import type { Session } from "../commandLine/openSession.js";
import { RequestCommand } from "../commandLine/requestCommand.js";
import { optionalName } from "../commandLine/values.js";
import { InvalidValueError } from "../database/errors.js";
import type { Deployment } from "../queue/deployment.js";
import { deploymentName } from "../text/describe.js";
import { inSeconds } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
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

      With \`--target\`, an agent of that target runs the command on its own machine, whoever releases it. The target says what is deployed where,
      so \`--component\` and the place are left out; \`deploy-queue list targets\` shows them all.

      The same component and version with the same command in the same cell is staged once. A second time is refused.
    `,
    examples: [
      [
        "Prepare a migration for the maintenance window",
        "deploy-queue stage --environment prod --provider aws --region us-west-2 --cell-index 1 --component db --version v7 -- ./migrate.sh v7",
      ],
    ],
  });

  target = optionalName("--target", "Whose agents run the command; it stands for the component and the place");
  command = Option.Rest({ name: "command" });

  protected override async checkPlace(): Promise<void> {
    if (this.target === undefined) {
      return super.checkPlace();
    }
    if (this.command.length === 0) {
      throw new InvalidValueError("--target needs a command behind --");
    }
    const { cell, environment, provider, region, component, sequence, artifact } = this;
    const others = {
      ...{ cell, environment, provider, region, "cell-index": this.cellIndex, component, sequence, artifact },
      ...{ "sequence-scope": this.sequenceScope, "latest-from": this.latestFrom, "rollback-of": this.rollbackOf },
    };
    const [other] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (other !== undefined) {
      throw new InvalidValueError(`--target and --${other} do not go together`);
    }
  }

  override async act(session: Session): Promise<number> {
    const { log } = session;
    this.command.forEach(checkWord);
    await checkGitHubOutput();
    const deployment =
      this.target === undefined ? await this.#stage(session) : await this.#stageFor(session, this.target);
    log.info(
      `${deploymentName(deployment)} is staged; deploy-queue release ${deployment.id} lets it go, deploy-queue purge ${deployment.id} drops it`,
    );
    this.print(String(deployment.id), deployment);
    await setGitHubOutput("deployment-id", String(deployment.id));
    return 0;
  }

  async #stage(session: Session): Promise<Deployment> {
    const request = await this.request(session);
    return session.queue.enqueue({
      ...request,
      hold: "outside",
      command: this.command.length > 0 ? this.command : undefined,
      idempotencyKey: request.idempotencyKey ?? randomUUID(),
    });
  }

  async #stageFor({ queue }: Session, target: string): Promise<Deployment> {
    const { deployment } = await queue.work.submit({
      ...{ target, command: this.command, hold: "outside", commitHash: this.version, url: this.url, note: this.note },
      ...{ concurrencyKey: this.concurrencyKey, maxDuration: inSeconds(this.maxDuration), priority: this.priority },
      idempotencyKey: this.idempotencyKey ?? randomUUID(),
      confirmation: this.confirm,
      notBefore: await parseMoment(queue, this.notBefore, "--not-before"),
      notAfter: await parseMoment(queue, this.notAfter, "--not-after"),
    });
    return deployment;
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
