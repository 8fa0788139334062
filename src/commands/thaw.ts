import { Command, Option } from "clipanion";
import type { Session } from "../commandLine/openSession.js";
import { QueueCommand } from "../commandLine/queueCommand.js";
import { parseNumber } from "../queue/values.js";

export class ThawCommand extends QueueCommand {
  static override paths = [["thaw"]];

  static override usage = Command.Usage({
    category: "Freeze",
    description: "Lift a freeze",
    details: "Wakes exactly those who may start now. Where roles are in use, operators only.",
    examples: [["Lift freeze 3", "deploy-queue thaw 3"]],
  });

  freeze = Option.String({ name: "freeze", required: true });

  override async act({ queue, log }: Session): Promise<number> {
    const { freezePlace } = await import("../tables/policyTables.js");
    const freeze = await queue.policies.thaw(parseNumber(this.freeze, "the number of the freeze"));
    log.info(`freeze ${freeze.freeze_id} of ${freezePlace(freeze)} is lifted`);
    if (this.json) {
      this.print("", freeze);
    }
    return 0;
  }
}
