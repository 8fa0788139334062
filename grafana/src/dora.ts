import { board } from "./board.js";
import { fixedColour } from "./now.js";
import { bars, limits, stat, timeSeries } from "./panels.js";
import { chosenKinds, seconds } from "./query.js";
import { stateColours } from "./states.js";

export const dora = board({
  uid: "deploy-queue-dora",
  title: "05 Deployments: DORA",
  description: "How often, how fast and how surely we deploy, week by week. Weeks begin on Monday, UTC.",
  from: "90d",
  refresh: "",
  variables: ["environment", "component"],
})
  .withPanel(
    stat({
      title: "In the time range",
      description:
        "The mean number of deployments that finished in a week, the medians of the weekly medians, and the share of cancelled deployments.",
      sql: `
select
  (
    select sum(deployment_count) / nullif(count(distinct week), 0)
    from deploy_queue.deployment_frequency where $__timeFilter(week) and ${chosenKinds}
  ) as "deployments a week",
  (
    select ${seconds("percentile_cont(0.5) within group (order by median_lead_time)")}
    from deploy_queue.lead_time where $__timeFilter(week) and ${chosenKinds}
  ) as "lead time",
  (
    select ${seconds("percentile_cont(0.5) within group (order by median_wait_time)")}
    from deploy_queue.wait_time where $__timeFilter(week) and ${chosenKinds}
  ) as "wait in the line",
  (
    select sum(cancelled_count)::double precision / nullif(sum(deployment_count), 0)
    from deploy_queue.cancellation_rate where $__timeFilter(week) and ${chosenKinds}
  ) as "cancelled"`,
      width: 24,
      height: 4,
    })
      .overrideByName("deployments a week", [...fixedColour(stateColours.finished), { id: "decimals", value: 0 }])
      .overrideByName("lead time", [{ id: "unit", value: "s" }, ...fixedColour(stateColours.running)])
      .overrideByName("wait in the line", [{ id: "unit", value: "s" }, ...fixedColour(stateColours.queued)])
      .overrideByName("cancelled", [
        { id: "unit", value: "percentunit" },
        { id: "decimals", value: 1 },
        { id: "thresholds", value: limits({ from: 0.05, color: "orange" }, { from: 0.15, color: "red" }).build() },
      ]),
  )
  .withPanel(
    bars({
      title: "Deployment frequency",
      description: "Deployments that finished in each week, by component.",
      sql: `
select week as time, component as metric, sum(deployment_count) as deployments
from deploy_queue.deployment_frequency
where $__timeFilter(week) and ${chosenKinds}
group by 1, 2
order by 1, 2`,
      width: 12,
      height: 9,
    }),
  )
  .withPanel(
    timeSeries({
      title: "Lead time",
      description: "From entering the line to the finish, by component: the median of each week.",
      sql: `
select week as time, component as metric, ${seconds("max(median_lead_time)")} as lead_time
from deploy_queue.lead_time
where $__timeFilter(week) and ${chosenKinds}
group by 1, 2
order by 1, 2`,
      width: 12,
      height: 9,
    }).unit("s"),
  )
  .withPanel(
    timeSeries({
      title: "Wait in the line",
      description: "From entering the line to the start: median and 95th percentile of each week.",
      sql: `
select week as time, ${seconds("max(median_wait_time)")} as median, ${seconds("max(p95_wait_time)")} as "95th percentile"
from deploy_queue.wait_time
where $__timeFilter(week) and ${chosenKinds}
group by 1
order by 1`,
      width: 12,
      height: 9,
    }).unit("s"),
  )
  .withPanel(
    timeSeries({
      title: "Cancellation rate",
      description: "The share of cancelled or reaped deployments in each week, by component.",
      sql: `
select week as time, component as metric,
  sum(cancelled_count)::double precision / nullif(sum(deployment_count), 0) as rate
from deploy_queue.cancellation_rate
where $__timeFilter(week) and ${chosenKinds}
group by 1, 2
order by 1, 2`,
      width: 12,
      height: 9,
    })
      .unit("percentunit")
      .max(1),
  );
