import type { LatestDeployment } from "../queue/calls/boards.js";
import type { DeploymentWithStatus } from "../queue/deployment.js";
import { cellName, cellOf, componentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { renderTable } from "./table.js";

/** Deployments of any state. */
export function deploymentTable(deployments: readonly DeploymentWithStatus[]): string {
  return renderTable(
    ["id", "cell", "component", "status", "by", "entered", "started", "ended", "url"],
    deployments.map((row) => [
      String(row.id),
      cellName(cellOf(row)),
      componentName(row),
      row.status,
      row.actor ?? row.entered_by ?? "",
      formatMoment(row.created_at),
      moment(row.start_timestamp),
      moment(row.finish_timestamp ?? row.cancellation_timestamp),
      row.url ?? "",
    ]),
  );
}

/** How far the newest version of each component is. */
export function latestTable(latest: readonly LatestDeployment[]): string {
  return renderTable(
    // No name begins a line, where it could be a workflow command.
    ["id", "cell", "component", "newest", "status", "there", "url"],
    latest.map((row) => [
      String(row.deployment_id),
      cellName({ ...row, index: row.cell_index }),
      row.component,
      row.version,
      row.component_status,
      row.cell_version,
      row.job_url ?? "",
    ]),
  );
}

function moment(at: Date | null): string {
  return at === null ? "" : formatMoment(at);
}
