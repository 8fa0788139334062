-- Why a deployment is not to run any more since its version was marked bad; null when it is to run. A rollback goes back to what ran
-- before, unless the policy gates rollbacks, and what has joined a holder is a part of its work.
-- Called by _obsolete, at the entry, and by mark_bad.
create or replace function deploy_queue._withdrawn(candidate deploy_queue.deployments) returns deploy_queue.reason
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mark deploy_queue.bad_versions;
begin
  if candidate.version is null or candidate.joined_id is not null then
    return null;
  end if;
  v_mark := deploy_queue._bad_version(candidate.component, candidate.version, candidate.environment);
  if v_mark.id is null or (candidate.rollback_of is not null and not (
    select demands.gate_rollbacks from deploy_queue._demands(candidate.environment, candidate.component) as demands
  )) then
    return null;
  end if;
  return deploy_queue._reason('withdrawn', deploy_queue._marked_text(v_mark), cures => jsonb_build_array(
    deploy_queue._call('mark_good', 'component', candidate.component, 'version', candidate.version)
  ));
end;
$$;
