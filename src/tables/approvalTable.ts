import type { WantedApproval } from "../queue/calls/gates.js";
import { callAsCommand } from "../text/callAsCommand.js";
import { cellName, componentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { whoText } from "../text/whoText.js";
import { renderTable } from "./table.js";

export function approvalTable(wanted: readonly WantedApproval[]): string {
  return renderTable(
    ["id", "cell", "component", "since", "by", "approvals", "of", "what to type"],
    wanted.map((one) => [
      String(one.deployment_id),
      cellName({ ...one, index: one.cell_index }),
      componentName(one),
      formatMoment(one.created_at),
      whoText(one.actor, one.entered_by),
      [`${one.given_by.length} of ${one.approvals}`, ...one.given_by].join(", "),
      one.approvers,
      one.is_mine
        ? callAsCommand({ function: "approve", arguments: { deployment_id: String(one.deployment_id) } })
        : "",
    ]),
  );
}
