-- Deployments that started before their not_before or after their not_after.
-- Called by verify_history.
create or replace function deploy_queue._verify_schedules() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'schedules', deployments.id, case
      when deployments.start_timestamp < deployments.not_before
        then format('it started at %s, and was not to start before %s', deployments.start_timestamp, deployments.not_before)
      else format('it started at %s, and was to start before %s', deployments.start_timestamp, deployments.not_after)
    end
  from deploy_queue.deployments
  where not deployments.forced
    and (
      deployments.start_timestamp < deployments.not_before
      -- A start is stamped after its decision.
      or deployments.start_timestamp > deployments.not_after + interval '1 second'
    );
end;
$$;
