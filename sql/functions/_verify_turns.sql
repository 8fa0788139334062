-- Deployments that started, or were woken, while another one ran or was ahead in the line, without a common key and without
-- leave. Called by verify_history. Windows find the few that may have, since most follow each other; only those are compared.
create or replace function deploy_queue._verify_turns() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with turns as materialized (
    select _turns.*,
      max(_turns.ended) filter (where _turns.kind = 'started') over (
        partition by _turns.cell_id order by _turns.number rows between unbounded preceding and 1 preceding
      ) as cell_held_until
    from deploy_queue._turns
  )
  select case later.kind when 'started' then 'never two at once' else 'wake-ups' end, later.id,
    format('it %s while %s was running', later.did, deploy_queue._label(earlier.deployments))
  from turns as later
  join turns as earlier
    on earlier.kind = 'started' and earlier.cell_id = later.cell_id and earlier.number < later.number
    and earlier.ended > later.number
  where later.cell_held_until > later.number
    and not later.forced
    and (earlier.concurrency_key = later.concurrency_key) is not true
    -- Of several that end in one statement, each has its event after those whom the one before woke.
    and (later.kind = 'woken' and earlier.ended_at <= later.occurred_at) is not true;

  return query
  with lives as materialized (
    select _lives.*,
      max(_lives.left_line) over (
        partition by _lives.cell_id order by _lives.rank, _lives.place rows between unbounded preceding and 1 preceding
      ) as line_held_until
    from deploy_queue._lives
  )
  select case turn.kind when 'started' then 'the order of the line' else 'wake-ups' end, later.id,
    format('it %s while %s was ahead in the line', turn.did, deploy_queue._label(earlier.deployments))
  from lives as later
  join deploy_queue._turns as turn on turn.id = later.id and turn.number < later.line_held_until
  join lives as earlier
    on earlier.cell_id = later.cell_id and (earlier.rank, earlier.place) < (later.rank, later.place)
    and earlier.came_into_line < turn.number and earlier.left_line > turn.number
  where not later.forced
    and (earlier.concurrency_key = later.concurrency_key) is not true
    and (turn.kind = 'woken' and earlier.ended_at <= turn.occurred_at) is not true
    -- It let others pass, or one of the two got its priority later.
    and (earlier.not_before > turn.occurred_at) is not true
    and (greatest(earlier.last_prioritized, later.last_prioritized) > turn.number) is not true
    and not exists (
      select
      from deploy_queue.freezes
      where freezes.environment = later.environment
        and (freezes.cloud_provider is null or freezes.cloud_provider = (later.deployments).cloud_provider)
        and (freezes.region is null or freezes.region = (later.deployments).region)
        and (freezes.cell_index is null or freezes.cell_index = (later.deployments).cell_index)
        and (freezes.allow_key = later.concurrency_key or freezes.allow_role is not null)
        and freezes.created_at <= turn.occurred_at
        and (least(freezes.lifted_at, freezes.expires_at) < turn.occurred_at) is not true
    );

  return query
  select 'wake-ups', turn.id, 'it was woken when it did not wait'
  from deploy_queue._turns as turn
  where turn.kind = 'woken' and turn.number not between turn.entered and turn.left_line;
end;
$$;
