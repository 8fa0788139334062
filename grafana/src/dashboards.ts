import type { Dashboard, DashboardBuilder, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
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

/** A dashboard as Grafana imports it; its panels are numbered, for links to them. */
export function toDashboard(builder: DashboardBuilder): Dashboard & { panels: Panel[] } {
  const dashboard = builder.build();
  const panels = (dashboard.panels ?? []).flatMap((panel) =>
    "gridPos" in panel && !("panels" in panel) ? [panel] : [],
  );
  return {
    ...dashboard,
    // The SDK would put the links into a menu, where nobody sees them.
    links: (dashboard.links ?? []).map(({ placement: _, ...link }) => link),
    panels: panels.map((panel, index) => ({ ...panel, id: index + 1 })),
  };
}
