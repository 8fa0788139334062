-- Whether the component of a part has a gate, or needs a verification, that the component of the one that stood in line for it does not have:
-- that one has passed its own gates only. Called by _flaw_of_part.
create or replace function deploy_queue._has_other_gates(part deploy_queue.deployments, holder deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own record;
  v_passed record;
begin
  select * into v_own from deploy_queue._demands(part.environment, part.component);
  select * into v_passed from deploy_queue._demands(holder.environment, holder.component);

  return (v_own.confirmation is not null and v_own.confirmation is distinct from v_passed.confirmation)
    or (v_own.approvals > 0 and (v_own.approvals, v_own.approvers) is distinct from (v_passed.approvals, v_passed.approvers))
    or (v_own.promote_from is not null
      and (v_own.promote_from, v_own.promotion_cells, v_own.soak, v_own.same_artifact)
        is distinct from (v_passed.promote_from, v_passed.promotion_cells, v_passed.soak, v_passed.same_artifact))
    or not v_own.require_checks <@ v_passed.require_checks
    or v_own.require_verification > v_passed.require_verification;
end;
$$;
