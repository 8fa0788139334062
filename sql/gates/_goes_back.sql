-- Whether a deployment goes back to a version that has finished in its environment, and so passes what keeps new versions out: promotion,
-- checks, and the mark of a bad version. Called at the entry and by _withdrawn.
create or replace function deploy_queue._goes_back(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
begin
  if candidate.rollback_of is null then
    return false;
  end if;
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  return not v_demands.gate_rollbacks and exists (
    select
    from deploy_queue._first_finishes(
      candidate.environment, candidate.component, candidate.version, case when v_demands.same_artifact then candidate.artifact end
    ) as first
    where first.finished_at is not null
  );
end;
$$;
