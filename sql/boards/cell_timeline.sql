-- Who occupied a cell when: running deployments, and the buffers after them.
-- Read by boards; filter by held_from and held_until.
create or replace view deploy_queue.cell_timeline as
select
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.id as deployment_id,
  deployments.component,
  deployments.version,
  phase.state,
  phase.held_from,
  phase.held_until
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
cross join lateral (
  values
    (
      case when deployments.cancellation_timestamp is null then 'running' else 'cancelled' end::deploy_queue.deployment_status,
      deployments.start_timestamp,
      coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp)
    ),
    ('buffering', deployments.finish_timestamp, deployments.finish_timestamp + environments.buffer_time)
) as phase (state, held_from, held_until)
where deployments.start_timestamp is not null
  and phase.held_from is not null
  and phase.held_from is distinct from phase.held_until;

comment on view deploy_queue.cell_timeline is
  'Who occupied a cell when: one row for the run of a deployment, one for the buffer after it.';
comment on column deploy_queue.cell_timeline.state is 'running, cancelled (it ran until then) or buffering.';
comment on column deploy_queue.cell_timeline.held_from is 'When that began.';
comment on column deploy_queue.cell_timeline.held_until is 'When that ended, or for a buffer will end; null while it is running.';
