import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import type { Token } from "../../queue/calls/tokens.js";
import { renderTable } from "../../tables/table.js";
import { printable } from "../../text/printable.js";

export class TokenListCommand extends QueueCommand {
  static override paths = [["token", "list"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "List the tokens of callers of servers, without their secrets",
  });

  override async act({ queue }: Session): Promise<number> {
    const tokens = await queue.tokens.list();
    const columns = [
      "name",
      "role",
      "environments",
      "components",
      "functions",
      "at once",
      "made by",
      "last used",
      "valid until",
    ];
    this.print(tokens.length === 0 ? "There is no token" : renderTable(columns, tokens.map(row)), tokens);
    return 0;
  }
}

function row(token: Token): string[] {
  const listed = (names: readonly string[] | null): string => names?.join(", ") ?? "all";
  const day = (moment: Date | null): string | undefined => moment?.toISOString().slice(0, 10);
  return [
    ...[token.name, token.kind, listed(token.environments), listed(token.components), listed(token.functions)],
    String(token.most_live ?? "any"),
    ...[token.created_by, day(token.used_at) ?? "never"],
    token.revoked_at === null ? (day(token.expires_at) ?? "for ever") : `revoked ${day(token.revoked_at)}`,
  ].map(printable);
}
