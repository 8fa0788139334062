-- Refuses, when it enters the line or is redeemed, a deployment that could never start: its version was marked bad, or it does not name what
-- its environment takes from another one, or no version by which its checks are found. A rollback that would pass these gates with a version
-- that was never there is refused as well.
-- Called by the triggers of deployments and by preflight.
create or replace function deploy_queue._refuse_unpromotable(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_withdrawn deploy_queue.reason := deploy_queue._withdrawn(candidate);
  v_demands record;
begin
  if v_withdrawn.kind is not null then
    raise exception using
      errcode = 'QD062',
      message = v_withdrawn.text,
      hint = 'Deploy another version. deploy_queue.mark_good() takes the mark back.';
  end if;

  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  if candidate.rollback_of is not null and not v_demands.gate_rollbacks then
    if (v_demands.promote_from is not null or v_demands.require_checks <> '{}')
      and (candidate.reserved_until is null or candidate.version is not null)
      and not deploy_queue._goes_back(candidate)
    then
      raise exception using
        errcode = 'QD061',
        message = format('%s is no rollback: %s in %s', deploy_queue._label(candidate),
          coalesce(candidate.version || ' has not finished', 'it names no version that has finished'), candidate.environment),
        hint = 'Go back to a version that has finished there, or enter it without rollback_of.';
    end if;
    return;
  end if;
  if v_demands.promote_from is not null
    -- What is reserved names it when it is redeemed.
    and candidate.reserved_until is null
    and (candidate.version is null or v_demands.same_artifact and candidate.artifact is null)
  then
    raise exception using
      errcode = 'QD061',
      message = format('%s names no %s, and %s takes only what has finished in %s', deploy_queue._label(candidate),
        case when candidate.version is null then 'version' else 'artifact' end, candidate.environment, v_demands.promote_from),
      hint = format('Name the one that has finished in %s.', v_demands.promote_from);
  end if;
  if v_demands.require_checks <> '{}' and candidate.reserved_until is null and candidate.version is null then
    raise exception using
      errcode = 'QD061',
      message = format('%s names no version, and %s takes only versions whose checks have passed: %s', deploy_queue._label(candidate),
        candidate.environment, array_to_string(v_demands.require_checks, ', ')),
      hint = 'Name the version that was checked.';
  end if;
end;
$$;
