import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { current } from "./current.js";
import { toDashboard } from "./dashboards.js";
import { durations } from "./durations.js";
import { cell, dataSource, seconds } from "./query.js";

interface Alert {
  readonly uid: string;
  readonly title: string;
  /** Its rows have one number, and texts that become labels. Each row is an alert of its own, which ends when the row is gone. */
  readonly sql: string;
  /** It fires when the number is above this. */
  readonly above: number;
  /** How long the number must stay above that before the alert fires. */
  readonly lasting: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  readonly description: string;
  /** The panel to open from the alert: its board and its title. */
  readonly panel: readonly [DashboardBuilder, string];
}

const alerts: readonly Alert[] = [
  {
    uid: "deploy-queue-stuck",
    title: "Deployment stuck",
    sql: `
select deployment_id::text as deployment, kind, component, ${cell} as cell, text, coalesce(url, '') as url, 1 as value
from deploy_queue.stuck_deployments
join deploy_queue.deployments_with_status on deployments_with_status.id = stuck_deployments.deployment_id
where kind in ('silent', 'unkept', 'idle')`,
    above: 0,
    lasting: "2m",
    severity: "critical",
    summary: "{{ .Labels.text }}",
    description:
      "The line of {{ .Labels.cell }} may stand still. If no person or job works on this deployment, cancel it: deploy-queue cancel deployment {{ .Labels.deployment }}. Its job: {{ .Labels.url }}",
    panel: [current, "Needs a look"],
  },
  {
    uid: "deploy-queue-outlier",
    title: "Deployment slower than usual",
    sql: `
select id::text as deployment, component, ${cell} as cell, coalesce(url, '') as url,
  ${seconds("current_duration")} / nullif(${seconds("avg_duration")}, 0) as value
from deploy_queue.outliers`,
    above: 0,
    lasting: "5m",
    severity: "warning",
    summary:
      "Deployment {{ .Labels.deployment }} ({{ .Labels.component }}) in {{ .Labels.cell }} takes longer than usual",
    description: "It runs longer than the mean plus two standard deviations of its kind. Its job: {{ .Labels.url }}",
    panel: [durations, "Slower than usual, right now"],
  },
  {
    uid: "deploy-queue-line",
    title: "Long line",
    sql: `
select ${cell} as cell, count(*) as value
from deploy_queue.queue
group by 1`,
    above: 10,
    lasting: "10m",
    severity: "warning",
    summary: "More than 10 deployments wait for {{ .Labels.cell }}",
    description: "Look at the holder of the cell, and find out whether one source enters the line too often.",
    panel: [current, "Longest lines"],
  },
  {
    uid: "deploy-queue-worker",
    title: "Worker not seen",
    // Without any worker so far, a number that is surely too large.
    sql: `
select coalesce(${seconds("now() - max(last_seen_at)")}, 1e9) as value
from deploy_queue.workers`,
    above: 300,
    lasting: "2m",
    severity: "warning",
    summary: "No background worker has been seen for 5 minutes",
    description:
      "The line moves on without a worker. But outliers are not recorded, and a dead deployment is reaped only while another one waits for it. Start deploy-queue worker. deploy-queue doctor says more.",
    panel: [current, "Right now"],
  },
  {
    uid: "deploy-queue-webhook",
    title: "Webhook not told",
    sql: `
select name as webhook, coalesce(problem, '') as problem, given_up_count + pending_count as value
from deploy_queue.known_webhooks
where given_up_count > 0 or oldest_pending_at < now() - interval '10 minutes'`,
    above: 0,
    lasting: "2m",
    severity: "warning",
    summary: "Webhook {{ .Labels.webhook }} has not been told of all",
    description:
      "{{ .Labels.problem }} Messages wait for more than 10 minutes, or were given up after a day. deploy-queue webhook list shows them, and deploy-queue webhook redeliver sends them anew.",
    panel: [current, "Right now"],
  },
];

/** The alert rules as Grafana provisions them. Their texts have no $, because Grafana would read it as a variable of its environment. */
export function alertRules() {
  return {
    apiVersion: 1,
    groups: [{ orgId: 1, name: "deploy-queue", folder: "Deployments", interval: "1m", rules: alerts.map(rule) }],
  };
}

function rule({ uid, title, sql, above, lasting, severity, summary, description, panel }: Alert) {
  const dashboard = toDashboard(panel[0]);
  const panelId = dashboard.panels.find(({ title }) => title === panel[1])?.id;
  return {
    uid,
    title,
    condition: "above",
    for: lasting,
    // No row is good news. A database that does not answer is an error.
    noDataState: "OK",
    execErrState: "Error",
    labels: { severity, service: "deploy-queue" },
    annotations: { summary, description, __dashboardUid__: dashboard.uid, __panelId__: String(panelId) },
    dashboardUid: dashboard.uid,
    panelId,
    data: [
      {
        refId: "value",
        datasourceUid: dataSource.uid,
        relativeTimeRange: { from: 600, to: 0 },
        model: {
          refId: "value",
          datasource: dataSource,
          editorMode: "code",
          rawQuery: true,
          format: "table",
          rawSql: sql.trim(),
        },
      },
      {
        refId: "above",
        datasourceUid: "__expr__",
        relativeTimeRange: { from: 0, to: 0 },
        model: {
          refId: "above",
          datasource: { type: "__expr__", uid: "__expr__" },
          type: "threshold",
          expression: "value",
          conditions: [{ evaluator: { type: "gt", params: [above] } }],
        },
      },
    ] as const,
  };
}
