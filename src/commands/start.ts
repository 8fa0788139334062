import { Command } from "clipanion";
import { deploymentOptions, toRequest } from "./options.js";
import { QueueCommand, type Session } from "./queueCommand.js";

export class StartCommand extends QueueCommand {
  static override paths = [["start"]];

  static override usage = Command.Usage({
    description: "Enter the line, wait for the turn and start",
    details: `
      Prints the id of the deployment, writes it to the step output \`deployment-id\` in a GitHub workflow, waits until
      nothing blocks it, starts it and exits. Whoever called it deploys then, and ends with \`finish\` or \`cancel\`.

      SIGINT, SIGTERM and \`--wait-timeout\` give the place in the line up.
    `,
    examples: [
      [
        "Deploy a version of a component",
        "deploy-queue start --environment prod --provider aws --region us-west-2 --cell-index 1 --component api --version v1.2.3",
      ],
    ],
  });

  environment = deploymentOptions.environment();
  provider = deploymentOptions.provider();
  region = deploymentOptions.region();
  cellIndex = deploymentOptions.cellIndex();
  component = deploymentOptions.component();
  version = deploymentOptions.version();
  url = deploymentOptions.url();
  note = deploymentOptions.note();
  concurrencyKey = deploymentOptions.concurrencyKey();
  waitTimeout = deploymentOptions.waitTimeout();

  override async act(session: Session): Promise<number> {
    const { enterLineAndStart } = await import("./enterLine.js");
    const { parseDuration } = await import("../output/durations.js");
    const deployment = await enterLineAndStart(session, {
      request: toRequest(this),
      heartbeat: false,
      waitTimeout: this.waitTimeout === undefined ? undefined : parseDuration(this.waitTimeout, "--wait-timeout"),
      onEnqueued: (enqueued) => {
        if (!this.json) {
          this.context.stdout.write(`${enqueued.id}\n`);
        }
      },
    });
    if (this.json) {
      this.print("", deployment);
    }
    return 0;
  }
}
