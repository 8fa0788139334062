-- The most slots that each cell has had, by its policies and the events of their changes. Read by the checks of verify_history.
create or replace view deploy_queue._most_slots as
select cells.id as cell_id,
  greatest(coalesce(cells.slots, environments.slots), max(greatest(
    (events.detail -> 'changes' -> 'slots' ->> 'from')::integer, (events.detail -> 'changes' -> 'slots' ->> 'to')::integer
  ))) as slots
from deploy_queue.cells
join deploy_queue.environments on environments.environment = cells.environment
left join deploy_queue.deployment_events as events
  on events.kind = 'configured' and events.environment = cells.environment and events.detail -> 'changes' ? 'slots'
    and events.detail ->> 'table' in ('environments', 'cells')
    and (events.region is null
      or (events.cloud_provider, events.region, events.cell_index) = (cells.cloud_provider, cells.region, cells.cell_index))
group by cells.id, environments.slots;

comment on view deploy_queue._most_slots is 'Private: the most slots that each cell has had.';
