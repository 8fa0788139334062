-- Every deployment with its state right now.
-- Read by "deploy-queue info" and by other services that ask for one deployment.
create or replace view deploy_queue.deployments_with_status as
select
  deployments.*,
  deploy_queue._status(
    deployments.hold,
    deployments.start_timestamp,
    deployments.finish_timestamp,
    deployments.cancellation_timestamp,
    environments.buffer_time
  ) as status
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment;

comment on view deploy_queue.deployments_with_status is 'deployments, and the state that their timestamps mean right now.';
comment on column deploy_queue.deployments_with_status.status is
  'held, queued, running, buffering, finished or cancelled, right now.';

-- The other columns mean what they mean in the table.
do $$
declare
  v_column record;
begin
  for v_column in
    select pg_attribute.attname as name, col_description(pg_attribute.attrelid, pg_attribute.attnum) as text
    from pg_attribute
    where pg_attribute.attrelid = 'deploy_queue.deployments'::regclass
      and pg_attribute.attnum > 0
      and not pg_attribute.attisdropped
  loop
    execute format('comment on column deploy_queue.deployments_with_status.%I is %L', v_column.name, v_column.text);
  end loop;
end;
$$;
