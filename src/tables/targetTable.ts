import type { KnownTarget, ServingAgent } from "../queue/calls/work.js";
import { cellName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { renderTable } from "./table.js";

/** "host-1, there at 22:31:04Z", and whether it has left or its file says something else of the target. */
function agentText({ agent, seen_at, is_there, differs }: ServingAgent): string {
  return [
    agent,
    ...(is_there ? [] : ["not there"]),
    `last there ${formatMoment(new Date(seen_at))}`,
    ...(differs.length === 0 ? [] : [`its file has other ${differs.join(", ")}`]),
  ].join(", ");
}

export function targetTable(targets: readonly KnownTarget[]): string {
  return renderTable(
    ["target", "cell", "component", "directories", "refs", "agents"],
    targets.map((one) => [
      one.target,
      cellName({ ...one, index: one.cell_index }),
      one.component,
      one.directories.join(", "),
      one.refs.length === 0 ? "all" : one.refs.join(", "),
      one.each_agent.map(agentText).join("; "),
    ]),
  );
}
