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
      String(row.position),
      cellName({ ...row, index: row.cell_index }),
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
