-- Deployments that started although their version was marked bad. A start in the minute after the mark may have come before it. A rollback goes
-- back to a bad version that has finished there, unless the policy gates rollbacks. Called by verify_history.
create or replace function deploy_queue._verify_marks() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from deploy_queue.bad_versions) then
    return;
  end if;

  return query
  select 'bad versions', one.id, format('it started, and %s', deploy_queue._marked_text(mark))
  from deploy_queue._gated_lives(array['gate_rollbacks']) as gated
  cross join lateral (select ((gated.life).deployments).*) as one
  join deploy_queue.bad_versions as mark
    on mark.component = one.component and mark.version = one.version
    and (one.environment = any (mark.environments)) is not false
    and mark.created_at < one.start_timestamp - interval '1 minute'
    and (mark.lifted_at > one.start_timestamp) is not false
  where one.rollback_of is null
    or (gated.demands ->> 'gate_rollbacks')::boolean
    or not exists (
      select
      from deploy_queue._first_finishes(one.environment, one.component, one.version) as first
      where first.finished_at <= one.start_timestamp
    );
end;
$$;
