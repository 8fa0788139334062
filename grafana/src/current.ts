import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { BarGaugeDisplayMode, ReduceDataOptionsBuilder, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import { board } from "./board.js";
import { asAlarm, asCell, asDeployment, asDuration, asTime, kindColumns, linkColumns, linkHidden } from "./columns.js";
import { now } from "./now.js";
import { described, limits, table } from "./panels.js";
import { cell, chosen, query, seconds } from "./query.js";
import { asState } from "./states.js";

const longestLines = {
  title: "Longest lines",
  description: "The ten longest lines at this moment: how many deployments wait in each cell.",
  sql: `
select ${cell} as cell, count(*) as waiting
from deploy_queue.queue
where ${chosen}
group by 1
order by 2 desc, 1
limit 10`,
  width: 7,
  height: 9,
};

export const current = board({
  uid: "deploy-queue-current",
  title: "02 Deployments: current and queue",
  description:
    "What runs and what waits at this moment, with the blockers. An id opens the job. A cell opens its history.",
  from: "6h",
  refresh: "10s",
})
  .withPanel(now())
  .withPanel(
    table(
      {
        title: "Needs a look",
        description:
          "Silent: its heartbeats stopped. Unkept: it runs without a keeper for too long, and never ends by itself. Slow: it takes longer than usual. Idle: it may start and does not. Look at it first. “deploy-queue cancel deployment <id>” cancels it, and the line moves on.",
        sql: `
select kind, since, deployment_id as deployment, ${cell} as cell, text as what, ${linkColumns}
from deploy_queue.stuck_deployments
join deploy_queue.deployments_with_status on deployments_with_status.id = stuck_deployments.deployment_id
where ${chosen}
order by since`,
        width: 24,
        height: 6,
      },
      { kind: asState, since: asTime, deployment: asDeployment, cell: asCell, ...linkHidden },
    ),
  )
  .withPanel(
    table(
      {
        title: "Holding their cell",
        description:
          "Deployments that run, are being verified or are being stopped, and deployments whose buffer is not over. “Late after” is the mean plus two standard deviations of the last hundred of their kind.",
        sql: `
select current_status::text as status, deployment_id as deployment, component, version, sequence as run, slot, actor as by, ${cell} as cell,
  ${seconds("current_duration")} as "for", ${seconds("avg_duration")} as usually,
  ${seconds("outlier_duration")} as "late after", ${linkColumns}
from deploy_queue.current_deployments
where current_status in ('running', 'verifying', 'stopping', 'buffering') and ${chosen}
order by start_timestamp`,
        width: 17,
        height: 9,
      },
      {
        status: asState,
        deployment: asDeployment,
        ...kindColumns,
        cell: asCell,
        for: asDuration,
        usually: asDuration,
        "late after": asDuration,
        ...linkHidden,
      },
    ),
  )
  .withPanel(
    described(new BarGaugeBuilder(), longestLines)
      .withTarget(query("table", longestLines.sql))
      .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs([]))
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .min(0)
      .thresholds(limits({ from: 1, color: "purple" }, { from: 10, color: "red" }))
      .noValue("no waiters"),
  )
  .withPanel(
    table(
      {
        title: "Queue",
        description:
          "All waiting deployments: the position in the line of the cell, the blockers, and the likely start if every deployment takes as long as usual (empty: unknown). Held up: a deployment ahead takes longer than usual, so expect a later start.",
        sql: `
select ${cell} as cell, "position", deployment_id as deployment, component, version, sequence as run, reserved_until as "reserved until",
  actor as by,
  ${seconds("as_of - created_at")} as waiting, predicted_start as "likely start",
  overdue as "held up",
  (
    select string_agg(coalesce(
      -- What is no deployment: a hold, a schedule, a window, a freeze.
      blocker ->> 'text',
      format('%s %s (%s)', blocker ->> 'deployment_id', concat_ws(' run ', blocker ->> 'component', blocker ->> 'sequence'),
        case when blocker ->> 'reserved_until' is not null then 'reserved' else blocker ->> 'kind' end)
    ), ', ')
    from jsonb_array_elements(blockers) as blocker
  ) as "waits for",
  note, ${linkColumns}
from deploy_queue.queue
where ${chosen}
order by environment, cloud_provider, region, cell_index, "position"
limit 500`,
        width: 24,
        height: 10,
      },
      {
        cell: asCell,
        position: [{ id: "custom.width", value: 80 }],
        deployment: asDeployment,
        ...kindColumns,
        "reserved until": asTime,
        waiting: asDuration,
        "likely start": asTime,
        "held up": asAlarm,
        ...linkHidden,
      },
    ),
  )
  .withPanel(
    table(
      {
        title: "Logs of what runs",
        description:
          "The last pieces of what the work of running deployments has printed, where it is kept. “deploy-queue logs <id>” shows all of it.",
        sql: `
select printed.logged_at as at, running.deployment_id as deployment, running.component, printed.stream, printed.content as printed,
  ${cell} as cell, ${linkColumns}
from deploy_queue.current_deployments as running
cross join lateral (
  select pieces.logged_at, pieces."position", pieces.stream, right(pieces.content, 2000) as content
  from deploy_queue.deployment_log as pieces
  where pieces.deployment_id = running.deployment_id
  order by pieces."position" desc
  limit 5
) as printed
where current_status in ('running', 'verifying', 'stopping') and ${chosen}
order by printed.logged_at desc, printed."position" desc
limit 200`,
        width: 24,
        height: 9,
      },
      { at: asTime, deployment: asDeployment, component: kindColumns.component, cell: asCell, ...linkHidden },
    ),
  );
