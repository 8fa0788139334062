import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";

export class TokenRevokeCommand extends QueueCommand {
  static override paths = [["token", "revoke"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Revoke a token: a server refuses it from now on",
    examples: [["End the token ci", "deploy-queue token revoke ci"]],
  });

  name = argument("name", (text) => text.trim());

  override async act({ queue, log }: Session): Promise<number> {
    const token = await queue.tokens.revoke(this.name);
    log.info(`token ${token.name} is revoked`);
    this.printJson(token);
    return 0;
  }
}
