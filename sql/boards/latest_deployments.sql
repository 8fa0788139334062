-- For each component and cell, the newest version of the component in the environment and how far it is there.
-- Read by boards and people.
create or replace view deploy_queue.latest_deployments as
with recursive
-- The pairs of cell and component, each found by one step in the index, however many deployments it has had.
pair as (
  (
    select deployments.cell_id, deployments.component
    from deploy_queue.deployments
    where deployments.version is not null and deployments.cancellation_timestamp is null
    order by deployments.cell_id, deployments.component
    limit 1
  )
  union all
  select following.cell_id, following.component
  from pair
  cross join lateral (
    select deployments.cell_id, deployments.component
    from deploy_queue.deployments
    where deployments.version is not null and deployments.cancellation_timestamp is null
      and (deployments.cell_id, deployments.component) > (pair.cell_id, pair.component)
    order by deployments.cell_id, deployments.component
    limit 1
  ) as following
),
newest as materialized (
  select newest_there.*
  from pair
  cross join lateral (
    select deployments as deployment, deployments.*
    from deploy_queue.deployments
    where deployments.cell_id = pair.cell_id and deployments.component = pair.component
      and deployments.version is not null and deployments.cancellation_timestamp is null
    -- All columns of the index, so that PostgreSQL prefers no other index.
    order by deployments.cell_id desc, deployments.component desc, deployments.id desc
    limit 1
  ) as newest_there
),
target as materialized (
  select distinct on (newest.environment, newest.component) newest.environment, newest.component, newest.version
  from newest
  order by newest.environment, newest.component, newest.id desc
)
select
  newest.environment,
  newest.cloud_provider,
  newest.region,
  newest.cell_index,
  newest.component,
  target.version,
  case when newest.version = target.version then deploy_queue._status(newest.deployment, coalesce(own.buffer_time, environments.buffer_time)) else 'pending' end as component_status,
  case when newest.version = target.version then newest.url else '' end as job_url,
  case when newest.version = target.version then newest.created_at end as created_at,
  newest.id as deployment_id,
  newest.version as cell_version
from newest
join target on target.environment = newest.environment and target.component = newest.component
join deploy_queue.environments on environments.environment = newest.environment
left join deploy_queue.component_policies as own
  on own.environment = newest.environment and own.component = newest.component;

comment on view deploy_queue.latest_deployments is
  'The newest version of each component in its environment, and how far it is in each cell that has the component.';
comment on column deploy_queue.latest_deployments.version is 'The newest version of the component in the environment: that of the highest id that was not cancelled.';
comment on column deploy_queue.latest_deployments.component_status is 'State of that version in this cell; pending where the cell has not seen it yet.';
comment on column deploy_queue.latest_deployments.job_url is 'Page of the job that deploys it here; empty while it is pending.';
comment on column deploy_queue.latest_deployments.created_at is 'When it entered the line here; null while it is pending.';
comment on column deploy_queue.latest_deployments.deployment_id is 'The newest deployment of the component in this cell.';
comment on column deploy_queue.latest_deployments.cell_version is 'The version of that deployment.';
