import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument } from "../../commandLine/values.js";

export class RolesRevokeCommand extends QueueCommand {
  static override paths = [["roles", "revoke"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Take from a database login what roles grant has given it",
    details: "The login itself stays. Its sessions that are open lose their rights at once.",
    examples: [["A pipeline that is gone", "deploy-queue roles revoke ci"]],
  });

  role = argument("role", (text) => text);

  override async act({ queue }: Session): Promise<number> {
    await queue.roles.revoke(this.role);
    this.print(`${this.role} has no role of the queue`, { role_name: this.role });
    return 0;
  }
}
