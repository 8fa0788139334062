import { TableCellBackgroundDisplayMode, TableCellDisplayMode } from "@grafana/grafana-foundation-sdk/common";
import { board } from "./board.js";
import { asCell, placeColumns, placeHidden } from "./columns.js";
import { now } from "./now.js";
import { table } from "./panels.js";
import { cell, chosen } from "./query.js";
import { asState, stateMappings } from "./states.js";

export const status = board({
  uid: "deploy-queue-status",
  title: "01 Deployments: status",
  description: "What is deployed where: each component in each cell.",
  from: "24h",
  refresh: "30s",
})
  .withPanel(now())
  .withPanel(
    table({
      title: "Component × cell",
      description:
        "The newest deployment of each component in each cell. Pending: the component has a newer version that is not in this cell yet. Empty: the component was never deployed there.",
      sql: `
select component, ${cell} as cell, concat_ws(' ', cell_version, component_status) as status
from deploy_queue.latest_deployments
where ${chosen}
order by component, environment, cloud_provider, region, cell_index`,
      width: 24,
      height: 10,
    })
      .withTransformation({
        id: "groupingToMatrix",
        options: { columnField: "cell", rowField: "component", valueField: "status", emptyValue: "empty" },
      })
      .mappings(stateMappings)
      .cellOptions({ type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic }),
  )
  .withPanel(
    table(
      {
        title: "Not on the newest version",
        description:
          "Cells that do not have the newest version of a component in the environment. This is normal during a rollout. After a rollout, these cells were forgotten.",
        sql: `
select component, ${cell} as cell, cell_version as "version there", version as "newest version", component_status::text as status, ${placeColumns}
from deploy_queue.latest_deployments
where component_status = 'pending' and ${chosen}
order by component, environment, cloud_provider, region, cell_index`,
        width: 24,
        height: 9,
      },
      { cell: asCell, status: asState, ...placeHidden },
    ),
  );
