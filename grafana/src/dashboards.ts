import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { current } from "./current.js";
import { dora } from "./dora.js";
import { durations } from "./durations.js";
import { history } from "./history.js";
import { status } from "./status.js";

/** All dashboards by the name of their file. */
export const dashboards = {
  "01-status": status,
  "02-current": current,
  "03-history": history,
  "04-durations": durations,
  "05-dora": dora,
};

/** A dashboard as Grafana imports it. */
export function toJson(builder: DashboardBuilder): string {
  const dashboard = builder.build();
  const panels = dashboard.panels?.map((panel, index) => ({ ...panel, id: index + 1 }));
  return `${JSON.stringify({ ...dashboard, panels }, null, 2)}\n`;
}
