-- Why a deployment is not to run any more since its version was marked bad; null when it is to run. A rollback goes back to what ran
-- before, unless the policy gates rollbacks. What has joined a holder stands in no line, and is refused by _flaw_of_part.
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
  if v_mark.id is null or deploy_queue._goes_back(candidate) then
    return null;
  end if;
  return deploy_queue._reason('withdrawn', deploy_queue._marked_text(v_mark), cures => jsonb_build_array(
    deploy_queue._call('mark_good', 'component', candidate.component, 'version', candidate.version)
  ));
end;
$$;
