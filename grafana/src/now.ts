import { type DynamicConfigValue, FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { limits, stat } from "./panels.js";
import { chosen, seconds } from "./query.js";
import { stateColours } from "./states.js";

/** How many are in which state at this moment: the first thing to look at. */
export function now(): StatBuilder {
  const panel = stat({
    title: "Right now",
    description:
      "Deployments by what they do at this moment. The time range does not matter. Red: a person must look; dashboard 02 says at which deployment.",
    sql: `
select
  count(*) filter (where current_status in ('running', 'verifying')) as "running",
  count(*) filter (where current_status = 'buffering') as "buffering",
  count(*) filter (where current_status = 'queued') as "queued",
  count(*) filter (where current_status = 'reserved') as "reserved",
  (
    select coalesce(${seconds("max(as_of - created_at)")}, 0)
    from deploy_queue.queue
    where ${chosen}
  ) as "longest wait",
  (
    select count(*)
    from deploy_queue.stuck_deployments
    join deploy_queue.deployments_with_status on deployments_with_status.id = stuck_deployments.deployment_id
    where ${chosen}
  ) as "need a look"
from deploy_queue.current_deployments
where ${chosen}`,
    width: 24,
    height: 4,
  });
  for (const state of ["running", "buffering", "queued", "reserved"] as const) {
    panel.overrideByName(state, fixedColour(stateColours[state]));
  }
  return panel
    .overrideByName("longest wait", [
      { id: "unit", value: "s" },
      { id: "thresholds", value: limits({ from: 1800, color: "orange" }, { from: 3600, color: "red" }).build() },
    ])
    .overrideByName("need a look", [{ id: "thresholds", value: limits({ from: 1, color: "red" }).build() }]);
}

export function fixedColour(fixedColor: string): DynamicConfigValue[] {
  return [{ id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor } }];
}
