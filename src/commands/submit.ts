import { randomUUID } from "node:crypto";
import { Command, Option } from "clipanion";
import { checkGitHubOutput, setGitHubOutput } from "../commandLine/githubOutput.js";
import type { Session } from "../commandLine/openSession.js";
import { options } from "../commandLine/options.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { optionalName, optionalText, optionalValue } from "../commandLine/values.js";
import { InvalidValueError } from "../database/errors.js";
import { deploymentName } from "../text/describe.js";
import { inSeconds, parseDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { parsePriority } from "../text/numbers.js";

export class SubmitCommand extends QueueCommand {
  static override paths = [["submit"]];

  static override usage = Command.Usage({
    description: "Let an agent run commands on its machine when it is their turn",
    details: `
      Enters the line of the target, prints the id of the deployment, and exits. An agent of the target starts it when its turn comes, runs
      the commands one after the other, and finishes it, or tells that it has failed. \`deploy-queue list targets\` shows where agents are.

      The target is named, or it is the one that has registered \`--directory\` or the longest path above it. The directory is where the
      commands run; without it, that is the first one of the target. The target may take some branches and commands only.

      A command behind \`--\` is a program with its arguments. Each \`--command\` is a text for a shell. Every reader of the queue can read them:
      keep secrets out.

      Where no agent has been for a while, the log says so. The deployment waits for one, and is reaped when none has come within the heartbeat
      timeout of the environment.
    `,
    examples: [
      ["One program", "deploy-queue submit --target my-app --version $GITHUB_SHA -- ./deploy.sh --all"],
      [
        "Several commands, where the app is",
        "deploy-queue submit --directory /var/www/my-app --ref main --command 'yarn build' --command 'supervisorctl restart my-app'",
      ],
    ],
  });

  target = optionalName("--target", "Whose agents run the commands");
  directory = optionalText("--directory", "Where they run, a whole path");
  commands = Option.Array("--command", [], { description: "A text for a shell; may be given several times" });
  version = options.version();
  ref = optionalText("--ref", "The branch or tag");
  url = optionalText("--url", "Page of the job that deploys");
  note = optionalText("--note", "Free text for people");
  concurrencyKey = optionalText("--concurrency-key", "Deployments with the same key may run side by side");
  maxDuration = optionalValue("--max-duration", "It is stopped when it runs for longer, such as 2h", parseDuration);
  idempotencyKey = optionalText("--idempotency-key", "Asking again with the same key gives the deployment of before");
  priority = optionalValue("--priority", "A deployment with a higher one goes first; 0 by default", parsePriority);
  notBefore = Option.String("--not-before", { description: "Do not start earlier, such as 2h" });
  notAfter = Option.String("--not-after", { description: "Cancel it when it has not started by then" });
  confirm = options.confirm();
  override outageTimeout = options.outageTimeout();
  program = Option.Rest({ name: "command" });

  override async act(session: Session): Promise<number> {
    const { queue, log } = session;
    const { target, directory, commands, program } = this;
    if (target === undefined && directory === undefined) {
      throw new InvalidValueError("--target or --directory is missing", {
        hint: '"deploy-queue list targets" shows them.',
      });
    }
    if ((commands.length === 0) === (program.length === 0)) {
      throw new InvalidValueError("give either --command or a program behind --");
    }
    await checkGitHubOutput();
    const request = {
      ...{ target, directory, ...(program.length === 0 ? { commands } : { command: program }) },
      ...{ commitHash: this.version, refName: this.ref, url: this.url, note: this.note, priority: this.priority },
      ...{ concurrencyKey: this.concurrencyKey, maxDuration: inSeconds(this.maxDuration), confirmation: this.confirm },
      idempotencyKey: this.idempotencyKey ?? randomUUID(),
      notBefore: await parseMoment(queue, this.notBefore, "--not-before"),
      notAfter: await parseMoment(queue, this.notAfter, "--not-after"),
    };
    const submitted = await this.patiently(session, () => queue.work.submit(request));
    const { deployment, waitingOn } = submitted;
    log.info(`${deploymentName(deployment)} is in the line of target ${submitted.target}`);
    for (const { text } of waitingOn) {
      log.info(text);
    }
    this.print(String(deployment.id), deployment);
    await setGitHubOutput("deployment-id", String(deployment.id));
    return 0;
  }
}
