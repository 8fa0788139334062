import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";

export class TrustRemoveCommand extends QueueCommand {
  static override paths = [["trust", "remove"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Remove a trust: its tokens get no session any more, and its sessions end",
    examples: [["End the trust api-prod", "deploy-queue trust remove api-prod"]],
  });

  name = argument("name", (text) => text.trim());

  override async act({ queue, log }: Session): Promise<number> {
    const trust = await queue.trusts.remove(this.name);
    log.info(`trust ${trust.name} is removed, and its sessions have ended`);
    this.printJson(trust);
    return 0;
  }
}
