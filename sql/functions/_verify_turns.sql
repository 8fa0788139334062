-- Deployments that ran beside another, or overtook one in the line without a common key and without leave.
-- Called by verify_history. Windows find the few that may have, since most follow each other; only those are compared.
create or replace function deploy_queue._verify_turns() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with lives as materialized (
    select _lives.*,
      max(_lives.ended) over (
        partition by _lives.cell_id order by _lives.started rows between unbounded preceding and 1 preceding
      ) as cell_held_until
    from deploy_queue._lives
    where _lives.started is not null
  )
  select 'never two at once', later.id,
    format('it started while %s was running', deploy_queue._label(earlier.deployments))
  from lives as later
  join lives as earlier
    on earlier.cell_id = later.cell_id and earlier.started < later.started and earlier.ended > later.started
  where later.cell_held_until > later.started
    and not later.forced
    and (earlier.concurrency_key = later.concurrency_key) is not true;

  return query
  with lives as materialized (
    select _lives.*,
      max(_lives.left_line) over (
        partition by _lives.cell_id order by _lives.rank, _lives.place rows between unbounded preceding and 1 preceding
      ) as line_held_until
    from deploy_queue._lives
  )
  select 'the order of the line', later.id,
    format('it started while %s was ahead in the line', deploy_queue._label(earlier.deployments))
  from lives as later
  join lives as earlier
    on earlier.cell_id = later.cell_id and (earlier.rank, earlier.place) < (later.rank, later.place)
    and earlier.came_into_line < later.started and earlier.left_line > later.started
  where later.line_held_until > later.started
    and not later.forced
    and (earlier.concurrency_key = later.concurrency_key) is not true
    -- It let others pass, or got its priority later.
    and (earlier.not_before > later.start_timestamp) is not true
    and (earlier.last_prioritized > later.started) is not true
    and not exists (
      select
      from deploy_queue.freezes
      where freezes.environment = later.environment
        and (freezes.cloud_provider is null or freezes.cloud_provider = (later.deployments).cloud_provider)
        and (freezes.region is null or freezes.region = (later.deployments).region)
        and (freezes.cell_index is null or freezes.cell_index = (later.deployments).cell_index)
        and (freezes.allow_key = later.concurrency_key or freezes.allow_role is not null)
        and freezes.created_at <= later.start_timestamp
        and (least(freezes.lifted_at, freezes.expires_at) < later.start_timestamp) is not true
    );
end;
$$;
