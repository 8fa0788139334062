import type { Blocker, BlockingDeployment, Forecast } from "../queue/forecast.js";
import { componentName } from "./describe.js";
import { formatDuration } from "./durations.js";
import { printable } from "./printable.js";

/**
 * Lines for the person who waits: position and prediction first, then a line for each blocker.
 * @param elapsed milliseconds since the forecast was as it says; the local clock's reading does not matter
 */
export function describeForecast(forecast: Forecast, elapsed = 0): string[] {
  const now = forecast.as_of.getTime() + elapsed;
  const lines = forecast.blockers.map((blocker) => printable(describeBlocker(blocker, now)));
  const more = forecast.blocker_count - forecast.blockers.length;
  return [
    `position ${forecast.position}, ${prediction(forecast, now)}`,
    ...slotsTaken(forecast),
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

/** "3 of 3 slots are taken", where there are several and it waits for one of them. */
export function slotsTaken({ slots, component_slots, blockers, blocker_count }: Forecast): string[] {
  const holders = blockers.flatMap((blocker) => ("text" in blocker || blocker.slot === null ? [] : [blocker]));
  const [first] = holders;
  if (first === undefined || slots === 1 || blockers.length < blocker_count) {
    return [];
  }
  if (component_slots !== null) {
    return [`${printable(first.component)} may take ${count(component_slots, "slot")} at once`];
  }
  return [slotsText(new Set(holders.map(({ slot }) => slot)).size, slots)];
}

/** "3 of 3 slots are taken"; "1 of 2 slots is taken" */
export function slotsText(taken: number, slots: number): string {
  return `${Math.min(taken, slots)} of ${slots} slots ${taken === 1 ? "is" : "are"} taken`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** "likely starts in 6m (at 22:31:04Z)" */
export function prediction(forecast: Forecast, now = forecast.as_of.getTime()): string {
  if (forecast.idle_since !== null) {
    return idleText(now - forecast.idle_since.getTime());
  }
  const late = forecast.overdue ? "; a blocker is overdue" : "";
  if (forecast.predicted_start === null) {
    return `start unknown${late}`;
  }
  const left = forecast.predicted_start.getTime() - now;
  const at = timeOf(forecast.predicted_start, now);
  return left >= 1_000 ? `likely starts in ${formatDuration(left)} (at ${at})${late}` : `may start any moment${late}`;
}

/** Of one that may start, does not, and has no keeper; milliseconds. */
export function idleText(idle: number): string {
  return `waiting for its owner to start it, idle for ${formatDuration(idle)}; nobody is listening`;
}

const day = 86_400_000;

/** "22:31:04Z"; with its date when that time comes earlier than this moment. */
function timeOf(moment: Date, now: number): string {
  const text = `${moment.toISOString().slice(0, 19)}Z`;
  return moment.getTime() - now < day ? text.slice(11) : text;
}

/** "deployment 41 (web@v7) is running for 3m 2s, usually 5m: https://…" */
function describeBlocker(blocker: Blocker, now: number): string {
  if ("text" in blocker) {
    return `${blocker.text}${describeEnd(blocker.until, now)}`;
  }
  const slot = blocker.slot === null ? "" : ` in slot ${blocker.slot}`;
  const name = `deployment ${blocker.deployment_id} (${componentName(blocker)})${slot}`;
  const who = [blocker.note === null ? "" : ` (${blocker.note})`, blocker.url === null ? "" : ` ${blocker.url}`].join(
    "",
  );
  const by = blocker.actor === null ? "" : ` by ${blocker.actor}`;
  return `${name}${by} ${describeState(blocker, now)}${describeSilence(blocker, now)}${who}`;
}

/** ", until 2026-03-29T02:00:00Z, in 3h"; nothing when that is not known. */
function describeEnd(until: string | null, now: number): string {
  if (until === null) {
    return "";
  }
  const end = Date.parse(until);
  return `, until ${new Date(end).toISOString().slice(0, 19)}Z, in ${formatDuration(Math.max(0, end - now))}`;
}

/** ", silent for 11m: reaped in 4m unless it sends a heartbeat"; nothing when heartbeats come, or none were promised. */
function describeSilence({ silent_since, reaped_at }: BlockingDeployment, now: number): string {
  if (silent_since === null || reaped_at === null) {
    return "";
  }
  const left = Date.parse(reaped_at) - now;
  const end = left > 0 ? `in ${formatDuration(left)}` : "any moment";
  return `, silent for ${formatDuration(now - Date.parse(silent_since))}: reaped ${end} unless it sends a heartbeat`;
}

/** Of one that runs without a keeper for too long. */
function describeOrphan({ deployment_id: id, unkept_since }: BlockingDeployment): string {
  return unkept_since === null
    ? ""
    : `, sends no heartbeats and never ends by itself: once its work has ended, "deploy-queue finish ${id}" or "deploy-queue cancel deployment ${id}"`;
}

/** " with priority 6 (ann: sev 1), on hold until it is released"; nothing for most. */
function describeRank(blocker: BlockingDeployment, now: number): string {
  const { priority, priority_reason: why, hold, reserved_until } = blocker;
  const rank = priority === 0 ? "" : ` with priority ${priority}${why === null ? "" : ` (${why})`}`;
  if (reserved_until !== null) {
    return `${rank}: its place is reserved${describeEnd(reserved_until, now)}`;
  }
  return hold === null ? rank : `${rank}, on hold until it is released`;
}

/** Of one that may start, does not, and has no keeper. */
function describeIdle({ deployment_id: id, idle_since }: BlockingDeployment, now: number): string {
  return idle_since === null
    ? ""
    : `, ${idleText(now - Date.parse(idle_since))}: if nobody works on it, "deploy-queue cancel deployment ${id}"`;
}

function describeState(blocker: BlockingDeployment, now: number): string {
  const since = Math.max(0, now - Date.parse(blocker.since));
  const usual = blocker.usual_seconds === null ? undefined : blocker.usual_seconds * 1000;
  const usually = usual === undefined ? "" : `, usually takes ${formatDuration(usual)}`;
  switch (blocker.kind) {
    case "running": {
      const overdue = usual !== undefined && since > usual ? `, overdue by ${formatDuration(since - usual)}` : "";
      return `has been running for ${formatDuration(since)}${usually}${overdue}${describeOrphan(blocker)}`;
    }
    case "verifying":
      return `is being verified since ${timeOf(new Date(blocker.since), now)}${describeOrphan(blocker)}`;
    case "stopping": {
      const end = blocker.until === null ? undefined : Math.max(0, Date.parse(blocker.until) - now);
      // A keeper that is not heard may not know that it is to stop.
      const left =
        end === undefined || blocker.silent_since !== null
          ? ", and holds the cell until its work has ended"
          : `; its keeper has ${formatDuration(end)} more to end it`;
      const by = blocker.stopped_by === null ? "" : ` by ${blocker.stopped_by}`;
      return `is being stopped${by} since ${formatDuration(since)}${left}`;
    }
    case "buffer": {
      const left = blocker.until === null ? 0 : Math.max(0, Date.parse(blocker.until) - now);
      return `has finished; its buffer takes ${formatDuration(left)} more`;
    }
    case "queued":
      return `is ahead in the line${describeRank(blocker, now)}${describeIdle(blocker, now) || usually}`;
    default:
      return blocker.kind;
  }
}
