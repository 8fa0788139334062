import type { BlockingDeployment, QueuedDeployment } from "../queue/forecast.js";
import { cellName, componentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { reasonInShort } from "../text/reasonInShort.js";
import { renderTable } from "./table.js";

export function queueTable(queued: readonly QueuedDeployment[]): string {
  return renderTable(
    // A number first: the name of an environment must not begin a line, where it could be a workflow command.
    ["pos", "cell", "id", "component", "by", "waiting", "for", "start"],
    queued.map((row) => [
      row.priority === 0 ? String(row.position) : `${row.position}, priority ${row.priority}`,
      cellName({ ...row, index: row.cell_index }),
      String(row.deployment_id),
      componentName(row),
      row.actor ?? "",
      waiting(row),
      blockers(row),
      start(row),
    ]),
  );
}

function waiting(row: QueuedDeployment): string {
  const duration = formatDuration(row.as_of.getTime() - row.created_at.getTime());
  return row.overtaken === 0 ? duration : `${duration}, overtaken by ${row.overtaken}`;
}

/** "41 web@v7 running 3m, usually 5m, +2 more": the first of its blockers. */
function blockers({ blockers: [first], blocker_count, as_of }: QueuedDeployment): string {
  if (first === undefined) {
    return "nothing";
  }
  const more = blocker_count > 1 ? `, +${blocker_count - 1} more` : "";
  return `${"text" in first ? reasonInShort(first) : blocker(first, as_of.getTime())}${more}`;
}

function blocker(one: BlockingDeployment, now: number): string {
  const name = `${one.deployment_id} ${componentName(one)}`;
  const silent = one.silent_since === null ? "" : `, silent ${formatDuration(now - Date.parse(one.silent_since))}`;
  const usual = one.usual_seconds === null ? "" : `, usually ${formatDuration(one.usual_seconds * 1000)}`;
  switch (one.kind) {
    case "running":
    case "verifying":
    case "stopping": {
      const orphan = one.unkept_since === null ? "" : ", never ends by itself";
      return `${name} ${one.kind} ${formatDuration(Math.max(0, now - Date.parse(one.since)))}${silent || orphan || usual}`;
    }
    case "buffer":
      return `${name} cooling down`;
    case "queued":
      if (one.reserved_until !== null) {
        return `${name} reserved`;
      }
      return one.idle_since === null
        ? `${name} queued${silent || usual}`
        : `${name} idle ${formatDuration(now - Date.parse(one.idle_since))}, nobody listens`;
    default:
      return `${name} ${one.kind}${silent || usual}`;
  }
}

/** "in 6m", since the column has no room for more. */
function start({ predicted_start, overdue, as_of, idle_since }: QueuedDeployment): string {
  if (idle_since !== null) {
    return `idle for ${formatDuration(as_of.getTime() - idle_since.getTime())}, nobody listens`;
  }
  const left = predicted_start === null ? undefined : predicted_start.getTime() - as_of.getTime();
  const when = left === undefined ? "unknown" : left > 0 ? `in ${formatDuration(left)}` : "any moment";
  return overdue ? `${when}, overdue` : when;
}
