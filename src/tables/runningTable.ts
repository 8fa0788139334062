import type { RunningDeployment } from "../queue/calls/boards.js";
import { cellName, componentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { formatMoment } from "../text/moments.js";
import { renderTable } from "./table.js";

export function runningTable(running: readonly RunningDeployment[]): string {
  return renderTable(
    ["id", "cell", "component", "since", "running", "usually", "heartbeat", "url"],
    running.map((row) => [
      String(row.deployment_id),
      cellName({ ...row, index: row.cell_index }),
      componentName(row),
      formatMoment(row.start_timestamp),
      duration(row),
      row.avg_duration === null ? "unknown" : formatDuration(row.avg_duration * 1000),
      row.heartbeat_age === null ? "none" : `${formatDuration(row.heartbeat_age * 1000)} ago`,
      row.url ?? "",
    ]),
  );
}

/** "21m, outlier": by the same measure as "list outliers". */
function duration({ current_duration, outlier_duration }: RunningDeployment): string {
  const text = formatDuration(current_duration * 1000);
  return outlier_duration !== null && current_duration > outlier_duration ? `${text}, outlier` : text;
}
