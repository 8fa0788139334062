import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";
import { parseNumber } from "../../text/numbers.js";

export class WindowRemoveCommand extends QueueCommand {
  static override paths = [["window", "remove"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Remove a maintenance window",
    details: `
      In an environment without windows, deployments start at all times. Where roles are in use, only an operator may do this.
    `,
    examples: [["Remove window 2", "deploy-queue window remove 2"]],
  });

  window = argument("window", (text) => parseNumber(text, "the number of the window"));

  override async act({ queue, log }: Session): Promise<number> {
    const id = this.window;
    const window = await queue.policies.removeWindow(id);
    log.info(`window ${id} of ${window.environment} was removed`);
    this.printJson(window);
    return 0;
  }
}
