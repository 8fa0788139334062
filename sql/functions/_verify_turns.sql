-- Deployments that ran beside another, or overtook one in the line, without a common key.
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
        partition by _lives.cell_id order by _lives.id rows between unbounded preceding and 1 preceding
      ) as line_held_until
    from deploy_queue._lives
    -- Others have a place of their own: by priority, by their release, or none until a moment.
    where _lives.stood_in_line
  )
  select 'the order of the line', later.id,
    format('it started while %s was ahead in the line', deploy_queue._label(earlier.deployments))
  from lives as later
  join lives as earlier
    on earlier.cell_id = later.cell_id and earlier.id < later.id and earlier.left_line > later.started
  where later.line_held_until > later.started
    and not later.forced
    -- Whom a freeze lets pass overtakes those that it holds.
    and not exists (
      select from deploy_queue.freezes
      where freezes.environment = later.environment
        and (freezes.allow_key is not null or freezes.allow_role is not null)
        and later.start_timestamp between freezes.created_at and least(freezes.lifted_at, freezes.expires_at)
    )
    and (earlier.concurrency_key = later.concurrency_key) is not true;
end;
$$;
