-- Deployments that started in the buffer of another without a common key.
-- Called by verify_history. The events of changed policies say how long the buffer was; of one that a component ever had for itself, the
-- shortest counts. A start in the minute after a change may have obeyed the buffer before it, since the change may have been committed after
-- the start. In a cell with several slots, others start beside a buffer, in slots of their own.
create or replace function deploy_queue._verify_buffers() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as (
    select events.environment, events.id, events.occurred_at,
      (events.detail -> 'changes' -> 'buffer_time' ->> 'from')::interval as old_buffer,
      (events.detail -> 'changes' -> 'buffer_time' ->> 'to')::interval as new_buffer
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail ->> 'table' = 'environments' and events.detail -> 'changes' ? 'buffer_time'
  ),
  buffers as (
    select changes.environment, changes.new_buffer as buffer_time, changes.occurred_at as since,
      lead(changes.occurred_at, 1, 'infinity') over (partition by changes.environment order by changes.id) as until
    from changes
    union all
    select environments.environment,
      coalesce((
        select changes.old_buffer from changes where changes.environment = environments.environment order by changes.id limit 1
      ), environments.buffer_time),
      '-infinity',
      coalesce((
        select min(changes.occurred_at) from changes where changes.environment = environments.environment
      ), 'infinity')
    from deploy_queue.environments
  ),
  own as (
    select policies.environment, policies.component, policies.buffer_time
    from deploy_queue.component_policies as policies where policies.buffer_time is not null
    union all
    select events.environment, events.component, change.value::interval
    from deploy_queue.deployment_events as events
    cross join lateral jsonb_each_text(events.detail -> 'changes' -> 'buffer_time') as change
    where events.kind = 'configured' and events.detail ->> 'table' = 'component_policies'
  ),
  lives as materialized (
    select _lives.*,
      max(_lives.finish_timestamp) over (
        partition by _lives.cell_id order by _lives.started rows between unbounded preceding and 1 preceding
      ) as last_finish,
      (select max(buffers.buffer_time) from buffers where buffers.environment = _lives.environment) as longest_buffer
    from deploy_queue._lives
    where _lives.started is not null
  )
  select 'buffers', later.id,
    format('it started %s after %s finished', later.start_timestamp - earlier.finish_timestamp,
      deploy_queue._label(earlier.deployments))
  from lives as later
  join lives as earlier
    on earlier.cell_id = later.cell_id and earlier.ended < later.started and earlier.finish_timestamp is not null
  left join lateral (
    select min(own.buffer_time) as buffer_time
    from own where own.environment = earlier.environment and own.component = (earlier.deployments).component
  ) as particular on true
  where later.start_timestamp < later.last_finish + later.longest_buffer
    and later.start_timestamp < earlier.finish_timestamp + later.longest_buffer
    -- The clock was set back between them by more than the buffer.
    and later.start_timestamp > earlier.finish_timestamp - later.longest_buffer
    and not later.forced
    and later.joined_id is null
    and (earlier.concurrency_key = later.concurrency_key) is not true
    and (earlier.deployments).slot = (later.deployments).slot
    -- To go back does not sit out the buffer of what it undoes; what shares its key starts beside it.
    and not exists (
      select from deploy_queue.deployments as back
      where back.rollback_of = earlier.id and back.start_timestamp <= later.start_timestamp
        and (back.id = later.id or back.concurrency_key = later.concurrency_key)
    )
    and later.start_timestamp < earlier.finish_timestamp + (
      select least(particular.buffer_time, min(buffers.buffer_time))
      from buffers
      where buffers.environment = later.environment
        and buffers.since <= later.start_timestamp
        and buffers.until > later.start_timestamp - interval '1 minute'
    );
end;
$$;
