import type { QueuedDeployment } from "../queue/deployment.js";
import { cellName } from "./describe.js";
import { prediction } from "./describePlace.js";
import { formatDuration } from "./durations.js";
import { renderTable } from "./table.js";

export function queueTable(queued: readonly QueuedDeployment[]): string {
  return renderTable(
    ["cell", "position", "id", "component", "waiting", "for", "start"],
    queued.map((row) => [
      cellName({ ...row, index: row.cell_index }),
      String(row.position),
      String(row.deployment_id),
      row.version === null ? row.component : `${row.component}@${row.version}`,
      formatDuration(row.as_of.getTime() - row.created_at.getTime()),
      blockers(row),
      prediction(row),
    ]),
  );
}

function blockers(row: QueuedDeployment): string {
  const ids = row.blockers.slice(0, 3).map((blocker) => blocker.deployment_id);
  const more = row.blocker_count - ids.length;
  return ids.length === 0 ? "nobody" : `${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
