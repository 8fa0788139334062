import type { Freeze, MaintenanceWindow } from "../queue/calls/policies.js";
import { printable } from "./printable.js";
import { formatTimeOfDay } from "./timesOfDay.js";
import { formatWeekdays } from "./weekdays.js";

/** "prod-aws-us-west-2": what a freeze covers. */
export function freezeArea(freeze: Freeze): string {
  const cell = freeze.cell_index === null ? null : `cell-${freeze.cell_index}`;
  const parts = [freeze.environment, freeze.cloud_provider, freeze.region, cell];
  return printable(parts.filter((part) => part !== null).join("-"));
}

/** "daily 02:00 to 04:00 UTC" */
export function windowTimes({ days, opens_at, closes_at, zone }: MaintenanceWindow): string {
  return `${formatWeekdays(days)} ${formatTimeOfDay(opens_at)} to ${formatTimeOfDay(closes_at)} ${zone}`;
}
