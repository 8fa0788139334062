-- What has happened after an event: how long a deployment has waited and run, and how long after its turn had come it has started.
-- Called by servers for metrics, with the number of the event that they know; null: the newest one, to begin with.
create or replace function deploy_queue.transitions_after(known_event bigint, at_most integer default 10000)
returns table (event_id bigint, age interval, kind text, environment text, waited interval, ran interval, handed_over interval)
language sql stable rows 100
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    event.id,
    deploy_queue._now() - event.occurred_at,
    event.kind,
    deployment.environment,
    case when event.kind = 'started' then deployment.start_timestamp - deployment.created_at end,
    case when event.kind in ('finished', 'failed', 'cancelled', 'reaped') then event.occurred_at - deployment.start_timestamp end,
    -- Of one that has waited for something; not of one that was free to start when it came.
    case when ready.since > deployment.created_at and ready.since <= deployment.start_timestamp
      then deployment.start_timestamp - ready.since end
  from (
    select * from deploy_queue.deployment_events as later
    where later.id > coalesce(
        transitions_after.known_event, (select max(newest.id) - 1 from deploy_queue.deployment_events as newest)
      )
      and later.kind in ('enqueued', 'started', 'finished', 'failed', 'cancelled', 'reaped', 'rejected', 'bypassed')
    order by later.id
    limit transitions_after.at_most
  ) as event
  join deploy_queue.deployments as deployment on deployment.id = event.deployment_id
  left join lateral (
    select deploy_queue._ready_since(deployment, deployment.start_timestamp) as since where event.kind = 'started'
  ) as ready on true
  order by event.id;
$$;

comment on function deploy_queue.transitions_after(bigint, integer) is
  'Transitions after an event, in order: how old each is, how long the deployment has waited and run, and how long after the last thing that it waited for it has started. null: begin with the newest.';
