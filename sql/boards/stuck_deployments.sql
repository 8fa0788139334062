-- Deployments that need a look: their heartbeats stopped, they run without a keeper for too long, they take longer than usual, or
-- nothing keeps them from starting and they do not. Read by health() and by people.
create or replace view deploy_queue.stuck_deployments as
with clock as materialized (select deploy_queue._now() as now),
queued as materialized (select waiting as deployment, waiting.* from deploy_queue._all_queued() as waiting),
running as materialized (select holder as deployment, holder.* from deploy_queue._all_running() as holder)
select live.id as deployment_id, 'silent' as kind, live.heartbeat_timestamp as since,
  deploy_queue._label(live.deployment) || ' has sent no heartbeat since ' || date_trunc('second', live.heartbeat_timestamp) as text
from clock
cross join (select deploy_queue._availability() as moments offset 0) as server
cross join (select * from queued union all select * from running) as live
where deploy_queue._lease_ends(live.heartbeat_timestamp, live.alive_until, server.moments) < clock.now

union all

select running.id, 'unkept', running.start_timestamp,
  deploy_queue._label(running.deployment) || ' runs without a keeper since ' || date_trunc('second', running.start_timestamp)
    || ' and never ends by itself'
from clock
cross join running
join deploy_queue.environments on environments.environment = running.environment
left join deploy_queue.component_policies as own
  on own.environment = running.environment and own.component = running.component
left join deploy_queue.deployment_durations as usual
  on usual.cell_id = running.cell_id
  and usual.component = running.component
  and usual.last_finish_timestamp > clock.now - interval '3 months'
where deploy_queue._unkept_since(
  running.deployment, usual.avg_duration + 2 * usual.stddev_duration, case when coalesce(own.max_duration, environments.max_duration) is null then coalesce(own.unkept_after, environments.unkept_after) end, clock.now
) is not null

union all

select outliers.id, 'slow', outliers.start_timestamp,
  format('deployment %s (%s) has been running for %s, usual are %s', outliers.id,
    outliers.component || coalesce('@' || outliers.version, ''), date_trunc('second', outliers.current_duration),
    date_trunc('second', outliers.avg_duration))
from deploy_queue.outliers

union all

select head.id, 'idle', ready.since,
  deploy_queue._label(head) || coalesce(': ' || ((deploy_queue._missing_agent(head))[1]).text, case
    when head.heartbeat_timestamp is null
    then format(' is waiting for its owner to start it, idle for %s; nobody is listening', date_trunc('second', clock.now - ready.since))
    else ' may start since ' || date_trunc('second', ready.since) || ' and does not'
  end)
from clock
cross join deploy_queue._free_heads() as head
-- Computed once, not again for each column that tells it.
cross join lateral (select deploy_queue._ready_since(head, clock.now) as since offset 0) as ready
where ready.since < clock.now - interval '1 minute';

comment on view deploy_queue.stuck_deployments is
  'Deployments that need a look, and why: silent (its lease is over), unkept (it runs without a keeper for longer than unkept_after), slow (an outlier), idle (may start since a minute or more and does not).';
comment on column deploy_queue.stuck_deployments.kind is 'silent, unkept, slow or idle.';
comment on column deploy_queue.stuck_deployments.since is 'Since when.';
comment on column deploy_queue.stuck_deployments.text is 'The same for people.';
