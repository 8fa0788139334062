import type { RunningDeployment } from "../queue/calls/boards.js";
import type { DeploymentId } from "../queue/deployment.js";
import { cellName, componentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { formatMoment } from "../text/moments.js";
import { renderTable } from "./table.js";

/** @param logged those that have a log */
export function runningTable(
  running: readonly RunningDeployment[],
  logged: ReadonlySet<DeploymentId> = new Set(),
): string {
  const hasLogs = running.some(({ deployment_id }) => logged.has(deployment_id));
  const hasSlots = running.some(({ slot }) => slot > 1);
  return renderTable(
    [
      "id",
      "cell",
      ...(hasSlots ? ["slot"] : []),
      "component",
      "by",
      "since",
      "running",
      "usually",
      "heartbeat",
      "url",
      ...(hasLogs ? ["log"] : []),
    ],
    running.map((row) => [
      String(row.deployment_id),
      cellName({ ...row, index: row.cell_index }),
      ...(hasSlots ? [String(row.slot)] : []),
      componentName(row),
      row.actor ?? "",
      formatMoment(row.start_timestamp),
      duration(row),
      row.avg_duration === null ? "unknown" : formatDuration(row.avg_duration * 1000),
      heartbeat(row),
      row.url ?? "",
      ...(hasLogs ? [logged.has(row.deployment_id) ? `deploy-queue logs ${row.deployment_id}` : ""] : []),
    ]),
  );
}

/** "21m, outlier": by the same measure as "list outliers"; "21m, verifying for 2m"; "21m, stopping for ann, 8s left". */
function duration(row: RunningDeployment): string {
  const text = formatDuration(row.current_duration * 1000);
  if (row.status === "stopping") {
    const left = row.stops_by === null ? undefined : Math.max(0, row.stops_by.getTime() - row.as_of.getTime());
    const stopping = `${text}, stopping${row.stopped_by === null ? "" : ` for ${row.stopped_by}`}`;
    return left === undefined ? stopping : `${stopping}, ${left === 0 ? "overdue" : `${formatDuration(left)} left`}`;
  }
  if (row.status === "verifying") {
    return `${text}, verifying for ${formatDuration(row.as_of.getTime() - Number(row.verifying_since))}`;
  }
  const isOutlier = row.outlier_duration !== null && row.current_duration > row.outlier_duration;
  return isOutlier ? `${text}, outlier` : text;
}

function heartbeat({ heartbeat_age: age, is_silent, unkept_since }: RunningDeployment): string {
  if (age !== null) {
    return `${formatDuration(age * 1000)} ago${is_silent ? ": its lease is over" : ""}`;
  }
  return unkept_since === null ? "none" : "none: never ends by itself";
}
