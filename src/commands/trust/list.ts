import { Command } from "clipanion";
import type { Session } from "../../commandLine/openSession.js";
import { QueueCommand } from "../../commandLine/queueCommand.js";
import type { Trust } from "../../queue/calls/trusts.js";
import { renderTable } from "../../tables/table.js";
import { printable } from "../../text/printable.js";

export class TrustListCommand extends QueueCommand {
  static override paths = [["trust", "list"]];

  static override usage = Command.Usage({
    category: "Operation",
    description: "List whose tokens of a CI system are exchanged for sessions, and what these may",
  });

  override async act({ queue }: Session): Promise<number> {
    const trusts = await queue.trusts.list();
    const columns = ["name", "issuer", "audience", "claims", "role", "limited to", "sessions", "made by"];
    this.print(trusts.length === 0 ? "There is no trust" : renderTable(columns, trusts.map(row)), trusts);
    return 0;
  }
}

function row(trust: Trust): string[] {
  const limits = [trust.environments, trust.components, trust.cells, trust.functions].flatMap((names) =>
    names === null ? [] : [names.join(", ")],
  );
  if (trust.most_live !== null) {
    limits.push(`${trust.most_live} at once`);
  }
  return [
    ...[trust.name, trust.issuer, trust.audience],
    Object.entries(trust.claims)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
    ...[trust.kind, limits.length === 0 ? "nothing" : limits.join("; ")],
    trust.removed_at === null ? String(trust.session_count) : `removed ${trust.removed_at.toISOString().slice(0, 10)}`,
    trust.created_by,
  ].map(printable);
}
