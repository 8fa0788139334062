import type { KnownTarget } from "../queue/calls/work.js";
import { cellName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { renderTable } from "./table.js";

export function targetTable(targets: readonly KnownTarget[]): string {
  return renderTable(
    ["target", "cell", "component", "directories", "refs", "agents", "last there"],
    targets.map((one) => [
      one.target,
      cellName({ ...one, index: one.cell_index }),
      one.component,
      one.directories.join(", "),
      one.refs.length === 0 ? "all" : one.refs.join(", "),
      one.agents.join(", "),
      formatMoment(one.seen_at),
    ]),
  );
}
