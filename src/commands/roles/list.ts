import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { renderTable } from "../../tables/table.js";

export class RolesListCommand extends QueueCommand {
  static override paths = [["roles", "list"]];

  static override usage = Command.Usage({
    category: "Operation",
    description:
      "List the database logins that may read, approve, deploy or operate, and the environments that each may change",
  });

  override async act({ queue }: Session): Promise<number> {
    const roles = await queue.roles.granted();
    const rows = roles.map(({ role_name, kind, environments }) => [role_name, kind, environments?.join(", ") ?? "all"]);
    this.print(
      roles.length === 0 ? "No login has a role" : renderTable(["login", "role", "environments"], rows),
      roles,
    );
    return 0;
  }
}
