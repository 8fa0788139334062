import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { requireVersion } from "../commandLine/requireVersion.js";
import { requiredName } from "../commandLine/values.js";

export class MarkGoodCommand extends QueueCommand {
  static override paths = [["mark-good"]];

  static override usage = Command.Usage({
    category: "Gates",
    description: "Take back that a version was marked bad",
    details: `
      The version may be deployed again. What \`mark-bad\` has cancelled stays cancelled. Where roles are in use, only an operator may do
      this; one that may change some environments only takes back what counts in no others.
    `,
    examples: [["It was not v3", "deploy-queue mark-good --component api --version v3"]],
  });

  component = requiredName("-c,--component", "What is deployed");
  version = requiredName("-v,--version", "Which version of it");

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const { component, version } = this;
    await requireVersion(queue, component, version);
    const marks = await queue.promotions.markGood(component, version);
    if (!wasTold()) {
      log.info(`${component}@${version} may be deployed again`);
    }
    this.printJson(marks);
    return 0;
  }
}
