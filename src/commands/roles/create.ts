import { Command } from "clipanion";
import { QueueCommand, type Session } from "../queueCommand.js";

export class RolesCreateCommand extends QueueCommand {
  static override paths = [["roles", "create"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Create the database roles that are given out",
    details: `
      Creates \`deploy_queue_reader\`, which reads the views and nothing else, for dashboards. It cannot log in; give it to
      roles that can: \`create role grafana login password '…' in role deploy_queue_reader\`.

      May be repeated: roles that exist get their privileges in this database again.
    `,
  });

  override async act({ queue }: Session): Promise<number> {
    const roles = await queue.createRoles();
    this.print(
      roles.map(({ role_name, created }) => `${role_name} ${created ? "created" : "exists"}`).join("\n"),
      roles,
    );
    return 0;
  }
}
