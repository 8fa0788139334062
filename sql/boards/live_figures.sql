-- How many deployments wait and run in each environment, by their state, and for how long the oldest of them has.
-- Called by servers for metrics. Its size is that of the environments, whatever their cells and components.
create or replace function deploy_queue.live_figures()
returns table (environment text, status deploy_queue.deployment_status, deployment_count bigint, oldest interval)
language sql stable rows 20
security definer
set search_path = pg_catalog, pg_temp
as $$
  select live.environment, deploy_queue._status(live.deployment, '0'), count(*),
    deploy_queue._now() - min(coalesce(live.start_timestamp, live.created_at))
  from (
    select waiting as deployment, waiting.* from deploy_queue._all_queued() as waiting
    union all
    select holder, holder.* from deploy_queue._all_running() as holder
  ) as live
  group by 1, 2;
$$;

comment on function deploy_queue.live_figures() is
  'Of each environment and state, how many deployments wait or run, and for how long the oldest of them has.';
