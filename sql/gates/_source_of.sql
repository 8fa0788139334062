-- The call that deploys the version of a deployment to the environment from which it is promoted, in a cell that counts and lacks it.
-- Called by _promotion_gate.
create or replace function deploy_queue._source_of(candidate deploy_queue.deployments) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
  v_source deploy_queue.deployments;
begin
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  v_source.environment := v_demands.promote_from;
  v_source.component := candidate.component;
  v_source.version := candidate.version;
  v_source.artifact := candidate.artifact;
  select (first.cell).cloud_provider, (first.cell).region, (first.cell).cell_index
  into v_source.cloud_provider, v_source.region, v_source.cell_index
  from deploy_queue._first_finishes(
    v_demands.promote_from, candidate.component, candidate.version, case when v_demands.same_artifact then candidate.artifact end
  ) as first
  where (first.cell).retired_at is null and first.finished_at is null
    and (v_demands.promotion_cells <> 'same-region'
      or ((first.cell).cloud_provider, (first.cell).region) = (candidate.cloud_provider, candidate.region))
  order by (first.cell).id
  limit 1;
  return deploy_queue._entry(v_source);
end;
$$;
