import type { QueuedDeployment } from "../queue/deployment.js";
import { cellName } from "./describe.js";
import { prediction } from "./describePlace.js";
import { formatDuration } from "./durations.js";
import { renderTable } from "./table.js";

export function queueTable(queued: readonly QueuedDeployment[]): string {
  return renderTable(
    // A number first: the name of an environment must not begin a line, where it could be a workflow command.
    ["position", "cell", "id", "component", "waiting", "for", "start"],
    queued.map((row) => [
      row.priority === 0 ? String(row.position) : `${row.position}, priority ${row.priority}`,
      cellName({ ...row, index: row.cell_index }),
      String(row.deployment_id),
      row.version === null ? row.component : `${row.component}@${row.version}`,
      waiting(row),
      blockers(row),
      prediction(row),
    ]),
  );
}

function waiting(row: QueuedDeployment): string {
  const duration = formatDuration(row.as_of.getTime() - row.created_at.getTime());
  return row.overtaken === 0 ? duration : `${duration}, overtaken by ${row.overtaken}`;
}

function blockers(row: QueuedDeployment): string {
  // What is no deployment is told by its kind: hold, schedule, window, freeze.
  const ids = row.blockers.slice(0, 3).map((blocker) => blocker.deployment_id ?? blocker.kind);
  const more = row.blocker_count - ids.length;
  return ids.length === 0 ? "nobody" : `${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
