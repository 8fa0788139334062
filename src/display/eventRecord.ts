import type { JourneyEvent } from "../queue/events.js";

/** An event as --json prints it; undefined for one that only the log tells. */
export function eventRecord(event: JourneyEvent): object | undefined {
  switch (event.event) {
    case "still-waiting":
    case "no-notifications":
    case "heartbeat-failed":
      return undefined;
    case "outage":
      return { event: event.event, message: event.obstacle.message };
    case "outage-over":
      return { event: event.event };
    case "left-behind": {
      const { deployment_id, failure } = event;
      return {
        event: event.event,
        deployment_id,
        reason: failure instanceof Error ? failure.message : String(failure),
      };
    }
    default:
      return event;
  }
}
