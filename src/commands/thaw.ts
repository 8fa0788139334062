import { Command } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { argument } from "../commandLine/values.js";
import { parseNumber } from "../text/numbers.js";
import { freezeArea } from "../text/policies.js";

export class ThawCommand extends QueueCommand {
  static override paths = [["thaw"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Lift a freeze",
    details: `
      Wakes exactly the waiters that may start now. Where roles are in use, only an operator may do this.
    `,
    examples: [["Lift freeze 3", "deploy-queue thaw 3"]],
  });

  freeze = argument("freeze", (text) => parseNumber(text, "the number of the freeze"));

  override async act({ queue, log, wasTold }: Session): Promise<number> {
    const freeze = await queue.policies.thaw(this.freeze);
    if (!wasTold()) {
      log.info(`freeze ${freeze.freeze_id} of ${freezeArea(freeze)} is lifted`);
    }
    this.printJson(freeze);
    return 0;
  }
}
