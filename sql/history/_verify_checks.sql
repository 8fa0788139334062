-- Deployments that started without a check that was demanded then. A start in the minute after another report may have obeyed the one before.
-- Called by verify_history.
create or replace function deploy_queue._verify_checks() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most queues never demand one.
  if not exists (select from deploy_queue._policy_changes(array['require_checks']) as changes where changes.was <> '[]') then
    return;
  end if;

  return query
  select 'checks', one.id, format('it started without check %s of %s', demanded.name, one.version)
  from deploy_queue._gated_lives(array['require_checks', 'gate_rollbacks']) as gated
  cross join lateral (select ((gated.life).deployments).*) as one
  cross join lateral jsonb_array_elements_text(coalesce(nullif(gated.demands -> 'require_checks', 'null'), '[]')) as demanded (name)
  where (one.rollback_of is null or (gated.demands ->> 'gate_rollbacks')::boolean)
    and not exists (
      select from deploy_queue.checks as shown
      where shown.component = one.component and shown.version = one.version and shown.name = demanded.name and shown.passed
        and shown.reported_at <= one.start_timestamp
        -- A start is stamped after its decision.
        and (shown.expires_at > one.start_timestamp - interval '1 second') is not false
        and not exists (
          select from deploy_queue.checks as newer
          where newer.component = shown.component and newer.version = shown.version and newer.name = shown.name
            and newer.id > shown.id and newer.reported_at <= one.start_timestamp - interval '1 minute'
        )
    );
end;
$$;
