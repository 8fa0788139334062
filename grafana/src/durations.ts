import { GraphDrawStyle } from "@grafana/grafana-foundation-sdk/common";
import { board } from "./board.js";
import {
  asBar,
  asCell,
  asDeployment,
  asDuration,
  asTime,
  linkColumns,
  linkHidden,
  placeColumns,
  placeHidden,
} from "./columns.js";
import { table, timeSeries } from "./panels.js";
import { cell, chosen, seconds } from "./query.js";

export const durations = board({
  uid: "deploy-queue-durations",
  title: "04 Deployments: durations and outliers",
  description: "What is slow, and how long deployments usually take.",
  from: "7d",
  refresh: "1m",
})
  .withPanel(
    table(
      {
        title: "Slower than usual, right now",
        description:
          "Running deployments that take longer than the mean plus two standard deviations of the last hundred of their kind within three months.",
        sql: `
select id as deployment, component, version, ${cell} as cell, start_timestamp as started,
  ${seconds("current_duration")} as "runs for", ${seconds("avg_duration")} as usually,
  ${seconds("avg_duration + 2 * stddev_duration")} as "late after", note, ${linkColumns}
from deploy_queue.outliers
where ${chosen}
order by current_duration desc`,
        width: 24,
        height: 6,
      },
      {
        deployment: asDeployment,
        cell: asCell,
        started: asTime,
        "runs for": asBar("red"),
        usually: asDuration,
        "late after": asDuration,
        ...linkHidden,
      },
    ),
  )
  .withPanel(
    timeSeries({
      title: "Duration of each finished deployment",
      description:
        "A point for each deployment that finished in the time range: when it finished and how long it took.",
      sql: `
select finish_timestamp as time, component as metric, ${seconds("finish_timestamp - start_timestamp")} as took
from deploy_queue.finished_deployments
where $__timeFilter(finish_timestamp) and ${chosen}
order by 1
limit 10000`,
      width: 24,
      height: 9,
    })
      .drawStyle(GraphDrawStyle.Points)
      .unit("s"),
  )
  .withPanel(
    table(
      {
        title: "Usual durations",
        description:
          "Durations of each component in each cell: its last hundred finished deployments of the last three months. The time range does not matter. The queue computes predictions and outliers from these.",
        sql: `
select component, ${cell} as cell, deployment_count as deployments, ${seconds("avg_duration")} as mean,
  ${seconds("stddev_duration")} as deviation,
  ${seconds("avg_duration + 2 * stddev_duration")} as "late after", ${placeColumns}
from deploy_queue.deployment_duration_analytics
where ${chosen}
order by avg_duration desc`,
        width: 24,
        height: 11,
      },
      {
        cell: asCell,
        mean: asBar("blue"),
        deviation: asDuration,
        "late after": asDuration,
        ...placeHidden,
      },
    ),
  );
