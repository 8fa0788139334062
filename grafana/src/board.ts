import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dataSource } from "./query.js";

export interface BoardSettings {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it looks when it is opened, such as "24h". */
  readonly from: string;
  readonly refresh: string;
  /** The variables above it. A board whose views know fewer has fewer. */
  readonly variables?: readonly (keyof typeof variables)[];
}

/** A dashboard with what all of them share: links to the others, and variables for the places to look at. */
export function board(settings: BoardSettings): DashboardBuilder {
  const builder = new DashboardBuilder(settings.title)
    .uid(settings.uid)
    .description(settings.description)
    .tags([tag])
    .time({ from: `now-${settings.from}`, to: "now" })
    .refresh(settings.refresh)
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(new DashboardLinkBuilder("Deployments").type(DashboardLinkType.Dashboards).tags([tag]).includeVars(true));
  for (const name of settings.variables ?? (["environment", "provider", "region", "component"] as const)) {
    const { column, sql } = variables[name];
    builder.withVariable(
      new QueryVariableBuilder(name)
        .label(name)
        .datasource(dataSource)
        .query(sql)
        .multi(true)
        .includeAll(true)
        .allValue(column)
        .current({ text: ["All"], value: ["$__all"] })
        .refresh(VariableRefresh.OnTimeRangeChanged),
    );
  }
  return builder;
}

const tag = "deploy-queue";

const places = "select distinct %s from deploy_queue.cells order by 1";

const variables = {
  environment: { column: "environment", sql: places.replace("%s", "environment") },
  provider: { column: "cloud_provider", sql: places.replace("%s", "cloud_provider") },
  region: { column: "region", sql: places.replace("%s", "region") },
  component: {
    column: "component",
    sql: `select component from deploy_queue.deployment_duration_analytics
union
select component from deploy_queue.current_deployments
order by 1`,
  },
} as const;
