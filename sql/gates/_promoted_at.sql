-- When the gate of promotion opens, or has opened, for a deployment: infinity while that is not known, -infinity where none is demanded.
-- without: as if that deployment had not finished. A rollback goes back to what ran before.
-- Called by _promotion_gate and by what wakes those whose turn comes earlier.
create or replace function deploy_queue._promoted_at(candidate deploy_queue.deployments, without bigint default null)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
  v_first timestamptz;
begin
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  if v_demands.promote_from is null or (candidate.rollback_of is not null and not v_demands.gate_rollbacks) then
    return '-infinity';
  end if;
  if candidate.version is null or (v_demands.same_artifact and candidate.artifact is null)
    or (deploy_queue._bad_version(candidate.component, candidate.version, v_demands.promote_from)).id is not null
  then
    return 'infinity';
  end if;

  select case
      when v_demands.promotion_cells <> 'all' then min(first.finished_at)
      when bool_and(first.finished_at is not null) then max(first.finished_at)
    end
  into v_first
  from deploy_queue._first_finishes(
    v_demands.promote_from, candidate.component, candidate.version,
    case when v_demands.same_artifact then candidate.artifact end, _promoted_at.without
  ) as first
  where case v_demands.promotion_cells
    when 'same-region' then ((first.cell).cloud_provider, (first.cell).region) = (candidate.cloud_provider, candidate.region)
    when 'all' then (first.cell).retired_at is null
    else true
  end;
  return coalesce(v_first + v_demands.soak, 'infinity');
end;
$$;
