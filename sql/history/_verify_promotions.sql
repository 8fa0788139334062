-- Deployments that started with a version that had not finished where it was to be promoted from, or, as rollbacks that need no promotion, in
-- their own environment. How long a version soaked, and as which artifact it finished, is not read. Called by verify_history.
create or replace function deploy_queue._verify_promotions() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most queues never demand it.
  if not exists (
    select from deploy_queue._policy_changes(array['promote_from', 'require_checks']) as changes where changes.was not in ('""', '[]')
  ) then
    return;
  end if;

  return query
  select 'promotions', one.id, format('it started with %s, which had not finished in %s', coalesce(one.version, 'no version'), source.environment)
  from deploy_queue._gated_lives(array['promote_from', 'require_checks', 'gate_rollbacks']) as gated
  cross join lateral (select ((gated.life).deployments).*) as one
  cross join lateral (
    select case
      when one.rollback_of is null or (gated.demands ->> 'gate_rollbacks')::boolean then nullif(gated.demands ->> 'promote_from', '')
      when nullif(gated.demands ->> 'promote_from', '') is not null or gated.demands -> 'require_checks' <> '[]' then one.environment
    end as environment
  ) as source
  where source.environment is not null
    and not exists (
      select
      from deploy_queue._first_finishes(source.environment, one.component, one.version) as first
      where first.finished_at <= one.start_timestamp
    );
end;
$$;
