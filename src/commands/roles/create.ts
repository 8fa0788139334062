import { Command, Option } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";

export class RolesCreateCommand extends QueueCommand {
  static override paths = [["roles", "create"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Create the database roles that are given out",
    details: `
      Creates \`deploy_queue_reader\` (dashboards: reads the views and nothing else), \`deploy_queue_approver\` (reviewers:
      also approves deployments), \`deploy_queue_checker\` (pipelines that test: also reports checks),
      \`deploy_queue_deployer\` (pipelines: enters the line, starts, finishes, cancels, sends heartbeats) and \`deploy_queue_operator\` (people on call, the worker: also bulk cancels, environments and bypasses). They cannot log in; give them to roles that can:
      \`create role ci login password '…' in role deploy_queue_deployer\`. What each may is in docs/roles.md.

      May be repeated: roles that exist get their privileges in this database again.
    `,
  });

  exclusive = Option.Boolean("--exclusive", false, {
    description: "Let no other role connect to this database, so that no other login can take a lock of the queue",
  });

  override async act({ queue }: Session): Promise<number> {
    const roles = await queue.roles.create({ exclusive: this.exclusive });
    this.print(
      roles.map(({ role_name, created }) => `${role_name} ${created ? "created" : "exists"}`).join("\n"),
      roles,
    );
    return 0;
  }
}
