import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import { argument, optionalName, requiredValue } from "../../commandLine/values.js";
import { InvalidValueError } from "../../database/errors.js";
import { roleKinds } from "../../queue/calls/roles.js";

const kinds = `${roleKinds.slice(0, -1).join(", ")} or ${roleKinds.at(-1)}`;

export class RolesGrantCommand extends QueueCommand {
  static override paths = [["roles", "grant"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "Make a database login a reader, an approver, a checker, a deployer or an operator",
    details: `
      For the owner of the queue. It needs no superuser: on a managed PostgreSQL, the administrator that created the roles may grant them. The
      login exists already: \`create role ci_payments login password '…'\`.

      With \`--environments\`, the login changes nothing elsewhere. \`--environments all\` takes that back; without the option it stays as it is.
    `,
    examples: [
      [
        "A pipeline that deploys to two environments",
        "deploy-queue roles grant ci --as deployer --environments dev,staging",
      ],
      ["A person who approves what others deploy", "deploy-queue roles grant ann --as approver"],
    ],
  });

  role = argument("role", (text) => text);
  kind = requiredValue("--as", kinds, (text, option) => {
    const kind = roleKinds.find((known) => known === text);
    if (kind === undefined) {
      throw new InvalidValueError(`${option} must be ${kinds}, not "${text}"`);
    }
    return kind;
  });
  environments = optionalName("--environments", "The only ones that it may change, such as dev,staging; or all");

  override async act({ queue }: Session): Promise<number> {
    const names = this.environments?.split(",").map((name) => name.trim());
    const environments = names?.join() === "all" ? ["*"] : names;
    await queue.roles.grant(this.role, this.kind, environments);
    const tie =
      environments === undefined ? "" : environments[0] === "*" ? " of all environments" : ` of ${names?.join(", ")}`;
    this.print(`${this.role} is ${/^[ao]/.test(this.kind) ? "an" : "a"} ${this.kind}${tie}`, {
      role_name: this.role,
      kind: this.kind,
      environments: environments ?? null,
    });
    return 0;
  }
}
