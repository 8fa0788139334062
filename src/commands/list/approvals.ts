import { Command, Option } from "clipanion";
import { ListCommand } from "../../commandLine/listCommand.js";
import type { WantedApproval } from "../../queue/calls/gates.js";
import type { Queue } from "../../queue/queue.js";
import { approvalTable } from "../../tables/approvalTable.js";

export class ListApprovalsCommand extends ListCommand<WantedApproval> {
  static override paths = [["list", "approvals"]];

  static override usage = Command.Usage({
    category: "List",
    description: "List the deployments that wait for your approval",
    examples: [["What waits for anybody's approval in prod", "deploy-queue list approvals --all -e prod"]],
  });

  all = Option.Boolean("--all", false, { description: "Also those that others are to approve" });

  override readonly nothing = "Nothing waits for your approval; --all lists what waits for that of others.";

  override async rows(queue: Queue, environment: string | undefined): Promise<WantedApproval[]> {
    const wanted = await queue.gates.wantedApprovals(environment);
    return wanted.filter(({ is_mine }) => is_mine || this.all);
  }

  override table(rows: readonly WantedApproval[]): string {
    return approvalTable(rows);
  }
}
