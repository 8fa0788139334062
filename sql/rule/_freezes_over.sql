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
  where freezes.environment = candidate.environment
    and (freezes.cloud_provider is null or freezes.cloud_provider = candidate.cloud_provider)
    and (freezes.region is null or freezes.region = candidate.region)
    and (freezes.cell_index is null or freezes.cell_index = candidate.cell_index)
    and freezes.lifted_at is null
    and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());
end;
$$;
