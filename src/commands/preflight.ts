import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { RequestCommand } from "../commandLine/requestCommand.js";
import { checklist, preflightCode } from "../text/checklist.js";

export class PreflightCommand extends RequestCommand {
  static override paths = [["preflight"]];

  static override usage = Command.Usage({
    description: "Say what would keep a deployment waiting, before it enters the line",
    details: `
      Prints a checklist: each gate of the environment, with ✓ when it is passed and ✗ when not, and all else that the deployment would wait
      for; under each, which role can lift it, and the command. It enters no line and records nothing. \`start --dry-run\` does the same.

      The exit code is 0 when the deployment could start now; 4 when a gate is shut, so that a person or a pipeline has to do something, or
      when the line would refuse it; 6 when all gates are open and it would only wait: for others, a buffer, a window or a freeze.

      With \`--json\`, one document on stdout: \`can_start\`, \`gates_open\`, \`checklist\`, and the \`forecast\`.
    `,
    examples: [
      [
        "What does version v3 need in prod",
        "deploy-queue preflight --cell prod-aws-us-west-2-cell-1 --component api --version v3 --confirm into-production",
      ],
    ],
  });

  override async act(session: Session): Promise<number> {
    const preflight = await session.queue.line.preflight(await this.request(session));
    this.print(checklist(preflight), preflight);
    return preflightCode(preflight);
  }
}
