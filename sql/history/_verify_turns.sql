-- Deployments that started, or were woken, while as many others as the cell has ever had slots ran or were ahead in the line, without a
-- common key and without leave; and those that ran in one slot with another one. How many slots there were at a moment is not known. Called by verify_history. Most deployments follow each other; window functions find the few that may not, and only those
-- are compared.
create or replace function deploy_queue._verify_turns() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with lives as materialized (
    select _lives.*,
      max(_lives.left_line) over (
        partition by _lives.cell_id order by _lives.rank, _lives.place rows between unbounded preceding and 1 preceding
      ) as line_held_until
    from deploy_queue._lives
  ),
  -- The moments at which the turn of a deployment must have come, or must have been certain to come.
  turns as materialized (
    select lives.*, events.id as number, events.kind, events.occurred_at,
      case events.kind when 'started' then 'started' else 'was woken' end as did,
      max(lives.ended) filter (where events.kind = 'started') over (
        partition by lives.cell_id order by events.id rows between unbounded preceding and 1 preceding
      ) as cell_held_until
    from lives
    join deploy_queue.deployment_events as events on events.deployment_id = lives.id and events.kind in ('started', 'woken')
  ),
  -- The moments at which deployments of a component may have changed their places in a line.
  moves as materialized (
    select lives.cell_id, (lives.deployments).component, events.id as number
    from deploy_queue.deployment_events as events
    join lives on lives.id = events.deployment_id
    where events.kind = 'sorted'
    union all
    select cells.id, null, events.id
    from deploy_queue.deployment_events as events
    join deploy_queue.cells on cells.environment = events.environment
    where events.kind = 'configured' and events.detail -> 'changes' ? 'ordering'
  ),
  -- The deployments that took a turn, each with those in its way.
  pairs as (
    select later, earlier.deployments as other, earlier.concurrency_key as other_key, earlier.ended_at as other_ended_at,
      earlier.exclusion_key as other_slot, 'never two at once' as rule, 'was running' as obstacle
    from turns as later
    join turns as earlier
      on earlier.kind = 'started' and earlier.cell_id = later.cell_id and earlier.number < later.number
      and earlier.ended > later.number
    where later.cell_held_until > later.number

    union all

    select later, earlier.deployments, earlier.concurrency_key, earlier.ended_at, earlier.exclusion_key, 'the order of the line',
      'was ahead in the line'
    from turns as later
    join lives as earlier
      on earlier.cell_id = later.cell_id and (earlier.rank, earlier.place) < (later.rank, later.place)
      and earlier.came_into_line < later.number and earlier.left_line > later.number
    where later.line_held_until > later.number
      -- Not those that let others pass, and no pair of which one got its priority later.
      and (earlier.not_before > later.occurred_at) is not true
      and ((earlier.deployments).reserved_until <= later.occurred_at) is not true
      -- Whoever waits behind a reservation is told when it ends at the latest.
      and (later.kind = 'woken' and earlier.reserved_to > later.number) is not true
      -- Where the newest that is ready goes first, it passes the reservations of its component. The ordering of today may be a newer one.
      and not (
        earlier.reserved_to > later.number
        and (later.reserved_to > later.number) is not true
        and (earlier.deployments).component = (later.deployments).component
        and (deploy_queue._yields(earlier.deployments) or exists (
          select from moves
          where moves.cell_id = later.cell_id and moves.number > later.number and moves.component is null
        ))
      )
      and ((earlier.deployments).cancellation_kind in ('superseded', 'outdated', 'withdrawn')) is not true
      and not exists (
        select from moves
        where moves.cell_id = later.cell_id and moves.number > later.number
          and moves.number < greatest(later.left_line, earlier.left_line)
          and (moves.component is null or moves.component in ((later.deployments).component, (earlier.deployments).component))
      )
      -- What waits because its component may take no more slots lets others pass.
      and not exists (
        select from deploy_queue.deployment_events as events
        where events.kind = 'configured' and events.detail ->> 'table' = 'component_policies' and events.detail -> 'changes' ? 'slots'
          and events.environment = later.environment and events.component = (earlier.deployments).component
      )
      -- What rolls back a deployment because of which the line was stopped passes those that wait for that.
      and not exists (
        select from deploy_queue.deployment_events as events
        where events.kind = 'line-held' and events.deployment_id = (later.deployments).rollback_of and events.id < later.number
      )
      and (greatest(earlier.last_prioritized, later.last_prioritized) > later.number) is not true
      and not exists (
        select
        from deploy_queue.freezes
        where deploy_queue._covers(freezes, later.environment, (later.deployments).cloud_provider, (later.deployments).region,
            (later.deployments).cell_index)
          and (num_nonnulls(freezes.allow_role, freezes.allow_actor) > 0 or freezes.allow_ids <> '{}' or exists (
            -- That may have been taken back.
            select from deploy_queue.deployment_events as events
            where events.deployment_id = (later.deployments).id and events.kind = 'allowed' and events.detail ->> 'freeze_id' = freezes.id::text
          ))
          and freezes.created_at <= later.occurred_at
          -- A thaw takes effect when it commits, which may be later than its timestamp.
          and (least(freezes.lifted_at, freezes.expires_at) + interval '1 minute' < later.occurred_at) is not true
      )
  )
  select case (crowded.later).kind when 'started' then crowded.rule else 'wake-ups' end, (crowded.later).id,
    format('it %s while %s %s', (crowded.later).did, deploy_queue._label(crowded.other), crowded.obstacle)
  from (
    select numbered.*, max(numbered.number) over (partition by (numbered.later).number) as taken
    from (
      -- Those that share a slot take one.
      select pairs.*, dense_rank() over (partition by (pairs.later).number order by pairs.other_slot) as number
      from pairs
      where not (pairs.later).forced
        -- What runs in the hold of another one stands in no line, and beside all that run there.
        and ((pairs.later).joined_id is not null and pairs.rule <> 'never two at once') is not true
        and coalesce((pairs.other).joined_id, (pairs.other).id) <> coalesce((pairs.later).joined_id, (pairs.later).id)
        and (pairs.other_key = (pairs.later).concurrency_key) is not true
        -- When several end in one statement, the wake-ups by the first have their events before the end of the second.
        -- What is being stopped ends soon: its waiters are told when, at the latest.
        and ((pairs.later).kind = 'woken' and least(pairs.other_ended_at, (pairs.other).stop_timestamp) <= (pairs.later).occurred_at)
          is not true
    ) as numbered
  ) as crowded
  join deploy_queue._most_slots as most on most.cell_id = (crowded.later).cell_id
  where crowded.taken >= most.slots
    or (crowded.rule = 'never two at once' and (crowded.later).kind = 'started'
      and (crowded.other).slot = ((crowded.later).deployments).slot)

  union all

  select 'wake-ups', turns.id, 'it was woken when it did not wait'
  from turns
  where turns.kind = 'woken' and turns.number not between turns.entered and turns.left_line;
end;
$$;
