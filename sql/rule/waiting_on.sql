-- Why a queued deployment cannot start yet: its own reasons first, then its blockers by id; no row when it may start, or
-- when it is not queued.
-- Called by clients and people.
create or replace function deploy_queue.waiting_on(deployment_id bigint) returns setof deploy_queue.reason
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments := deploy_queue._deployment(waiting_on.deployment_id);
begin
  if v_candidate.start_timestamp is null and v_candidate.cancellation_timestamp is null then
    return query select reason.* from unnest(deploy_queue._waiting_on(v_candidate) || deploy_queue._missing_agent(v_candidate)) as reason;
  end if;
end;
$$;

comment on function deploy_queue.waiting_on(bigint) is
  'Why this queued deployment cannot start yet: one row a reason, with the moment it ends when that is known, and the calls that would lift it.';
