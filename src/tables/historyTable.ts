import type { DeploymentEvent } from "../queue/calls/history.js";
import { formatDuration } from "../text/durations.js";
import { whoText } from "../text/whoText.js";
import { renderTable } from "./table.js";

/** A line for each event: when, how long after the one before it, what, by whom and why. */
export function historyTable(events: readonly DeploymentEvent[]): string {
  return renderTable(
    ["time", "after", "event", "state", "by", "with", "why"],
    events.map((event, index) => [
      `${event.occurred_at.toISOString().slice(0, 19)}Z`,
      sincePrevious(event, events[index - 1]),
      event.detail?.how === undefined ? event.kind : `${event.kind} (${event.detail.how})`,
      [event.from_state, event.to_state].filter((state) => state !== null).join(" to "),
      whoText(event.actor, event.principal),
      [event.application_name, event.client_address].filter((part) => part !== null).join(", "),
      event.reason ?? "",
    ]),
  );
}

function sincePrevious(event: DeploymentEvent, previous: DeploymentEvent | undefined): string {
  return previous === undefined ? "" : formatDuration(event.occurred_at.getTime() - previous.occurred_at.getTime());
}
