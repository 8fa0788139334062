-- The freezes over the cell of a deployment that are in force.
-- Called by the rule, the wake-ups and the prediction.
create or replace function deploy_queue._freezes_over(candidate deploy_queue.deployments) returns setof deploy_queue.freezes
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select freezes.*
  from deploy_queue.freezes
  where deploy_queue._covers(freezes, candidate.environment, candidate.cloud_provider, candidate.region, candidate.cell_index)
    and freezes.lifted_at is null
    and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());
end;
$$;
