import { board } from "./board.js";
import { fixedColour } from "./now.js";
import { bars, limits, stat, timeSeries } from "./panels.js";
import { chosenKinds, seconds } from "./query.js";
import { stateColours } from "./states.js";

/** The time range is an argument: other weeks are not read. */
const weeks = "deploy_queue.weekly_figures($__timeFrom(), $__timeTo())";

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
  sum(finished_count) / nullif(count(distinct week) filter (where finished_count > 0), 0) as "deployments a week",
  ${seconds("percentile_cont(0.5) within group (order by median_lead_time)")} as "lead time",
  ${seconds("percentile_cont(0.5) within group (order by median_wait_time)")} as "wait in the line",
  sum(cancelled_count)::double precision / nullif(sum(finished_count + cancelled_count), 0) as "cancelled"
from ${weeks}
where ${chosenKinds}`,
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
select week as time, component as metric, sum(finished_count) as deployments
from ${weeks}
where finished_count > 0 and ${chosenKinds}
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
from ${weeks}
where finished_count > 0 and ${chosenKinds}
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
from ${weeks}
where started_count > 0 and ${chosenKinds}
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
  sum(cancelled_count)::double precision / sum(finished_count + cancelled_count) as rate
from ${weeks}
where finished_count + cancelled_count > 0 and ${chosenKinds}
group by 1, 2
order by 1, 2`,
      width: 12,
      height: 9,
    })
      .unit("percentunit")
      .max(1),
  );
