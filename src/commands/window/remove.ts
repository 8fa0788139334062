import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { parseNumber } from "../../queue/values.js";

export class WindowRemoveCommand extends QueueCommand {
  static override paths = [["window", "remove"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Remove a maintenance window",
    details: "An environment without any lets deployments start at all times. Where roles are in use, operators only.",
    examples: [["Remove window 2", "deploy-queue window remove 2"]],
  });

  window = Option.String({ name: "window", required: true });

  override async act({ queue, log }: Session): Promise<number> {
    const id = parseNumber(this.window, "the number of the window");
    const window = await queue.policies.removeWindow(id);
    log.info(`window ${id} of ${window.environment} was removed`);
    if (this.json) {
      this.print("", window);
    }
    return 0;
  }
}
