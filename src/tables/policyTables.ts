import type { Freeze, MaintenanceWindow } from "../queue/calls/policies.js";
import { formatMoment } from "../text/moments.js";
import { freezeArea } from "../text/policies.js";
import { formatTimeOfDay } from "../text/timesOfDay.js";
import { formatWeekdays } from "../text/weekdays.js";
import { renderTable } from "./table.js";

export function freezeTable(freezes: readonly Freeze[]): string {
  return renderTable(
    ["freeze", "area", "since", "until", "by", "lets pass", "reason"],
    freezes.map((freeze) => [
      String(freeze.freeze_id),
      freezeArea(freeze),
      formatMoment(freeze.created_at),
      freeze.expires_at === null ? "thawed" : formatMoment(freeze.expires_at),
      freeze.owner,
      [
        ...(freeze.allow_key === null ? [] : [`key ${freeze.allow_key}`]),
        ...(freeze.allow_actor === null ? [] : [`actor ${freeze.allow_actor}`]),
        ...(freeze.allow_role === null ? [] : [`role ${freeze.allow_role}`]),
        ...freeze.allow_ids.map((id) => `deployment ${id}`),
      ].join(", ") || "nothing",
      freeze.reason,
    ]),
  );
}

export function windowTable(windows: readonly MaintenanceWindow[]): string {
  return renderTable(
    ["window", "environment", "days", "from", "to", "zone", "opens", "closes"],
    windows.map((window) => [
      String(window.window_id),
      window.environment,
      formatWeekdays(window.days),
      formatTimeOfDay(window.opens_at),
      formatTimeOfDay(window.closes_at),
      window.zone,
      window.opens === null ? "never" : formatMoment(window.opens),
      window.closes === null ? "never" : formatMoment(window.closes),
    ]),
  );
}
