-- The deployments as programs of the predecessor read them: with the types that its table had, since a statement that such a program has
-- prepared before the adoption must go on with the same ones. Read by the view public.deployments that an adoption leaves.
create or replace view deploy_queue._old_deployments as
select
  line.id,
  line.region::varchar(100) as region,
  line.environment::varchar(50) as environment,
  line.component::varchar(200) as component,
  line.version::varchar(100) as version,
  line.url,
  line.note,
  line.concurrency_key::varchar(100) as concurrency_key,
  line.start_timestamp,
  line.finish_timestamp,
  line.cancellation_timestamp,
  line.cancellation_note,
  line.created_at,
  line.updated_at,
  line.cloud_provider::varchar(100) as cloud_provider,
  line.cell_index,
  line.heartbeat_timestamp
from (
  -- No WHERE in its parts, and no function in FROM: else PostgreSQL would read all of the table for each look of a waiter.
  select deployments as deployment, deployments.* from deploy_queue.deployments
  union all
  select gates.deployment, (gates.deployment).* from (select deploy_queue._old_gates() as deployment offset 0) as gates
) as line
where line.start_timestamp is not null
  or line.cancellation_timestamp is not null
  or line.via_old_names
  or deploy_queue._holds_old(line.deployment);

comment on view deploy_queue._old_deployments is 'Private: deployments as programs of the predecessor read them.';
