import {
  LegendDisplayMode,
  LegendPlacement,
  TimelineValueAlignment,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { board } from "./board.js";
import { asCell, asDeployment, asDuration, asTime, linkColumns, linkHidden } from "./columns.js";
import { bars, described, limits, table } from "./panels.js";
import { cell, chosen, query, seconds } from "./query.js";
import { stateMappings } from "./states.js";

const timeline = {
  title: "Who held which cell",
  description:
    "Each deployment from its start to its end, and its buffer. Blue: ran. Yellow: cooled down. Grey: was cancelled. Gap: the cell was free.",
  // A null ends the bar of a deployment when no other one holds the cell. Several may hold it, with the same key.
  sql: `
with held as (
  select ${cell} as cell, concat_ws(' ', component, version, state) as state, held_from,
    max(coalesce(held_until, 'infinity')) over so_far as busy_until,
    lead(held_from, 1, 'infinity') over (partition by environment, cloud_provider, region, cell_index order by held_from)
      as next_from
  from deploy_queue.cell_timeline($__timeFrom(), $__timeTo())
  where ${chosen}
  window so_far as (
    partition by environment, cloud_provider, region, cell_index order by held_from rows unbounded preceding
  )
)
select held_from as time, cell, state from held
union all
select busy_until, cell, null from held where busy_until < least(next_from, $__timeTo())
order by time, cell
limit 5000`,
  width: 24,
  height: 12,
};

export const history = board({
  uid: "deploy-queue-history",
  title: "03 Deployments: history",
  description: "What happened: which deployment held which cell, what finished, and what was cancelled and why.",
  from: "12h",
  refresh: "1m",
})
  .withPanel(
    described(new StateTimelineBuilder(), timeline)
      .withTarget(query("table", timeline.sql))
      .withTransformation({ id: "partitionByValues", options: { fields: ["cell"], keepFields: false } })
      .displayName(`\${__field.labels.cell}`)
      .mappings(stateMappings)
      .thresholds(limits())
      .mergeValues(false)
      .showValue(VisibilityMode.Auto)
      .alignValue(TimelineValueAlignment.Left)
      .rowHeight(0.85)
      .legend(
        new VizLegendOptionsBuilder()
          .showLegend(false)
          .displayMode(LegendDisplayMode.Hidden)
          .placement(LegendPlacement.Bottom)
          .calcs([]),
      ),
  )
  .withPanel(
    bars({
      title: "Finished",
      description: "How many deployments finished, by environment.",
      sql: `
select $__timeGroupAlias(finish_timestamp, $__interval), environment as metric, count(*) as finished
from deploy_queue.finished_deployments
where $__timeFilter(finish_timestamp) and ${chosen}
group by 1, 2
order by 1, 2`,
      width: 24,
      height: 6,
    }).interval("10m"),
  )
  .withPanel(
    table(
      {
        title: "Finished deployments",
        description: "What finished in the time range. Newest first, at most 500.",
        sql: `
select finish_timestamp as finished, deployment_id as deployment, component, version, ${cell} as cell,
  ${seconds("start_timestamp - created_at")} as waited, ${seconds("finish_timestamp - start_timestamp")} as took,
  ${linkColumns}
from deploy_queue.finished_deployments
where $__timeFilter(finish_timestamp) and ${chosen}
order by finish_timestamp desc
limit 500`,
        width: 24,
        height: 10,
      },
      {
        finished: asTime,
        deployment: asDeployment,
        cell: asCell,
        waited: asDuration,
        took: asDuration,
        ...linkHidden,
      },
    ),
  )
  .withPanel(
    table(
      {
        title: "Cancelled deployments",
        description: "What was cancelled or reaped in the time range, and why. Newest first, at most 500.",
        sql: `
select cancellation_timestamp as cancelled, id as deployment, component, version, ${cell} as cell,
  cancellation_note as why, ${linkColumns}
from deploy_queue.deployments_with_status
where $__timeFilter(cancellation_timestamp) and ${chosen}
order by cancellation_timestamp desc
limit 500`,
        width: 24,
        height: 7,
      },
      { cancelled: asTime, deployment: asDeployment, cell: asCell, ...linkHidden },
    ),
  );
