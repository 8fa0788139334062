-- THE RULE, the gates: what must be said or shown before a deployment may start, and whether it was. A new gate is a new function, which
-- returns nothing where it is not demanded. Called by _withheld and preflight where a gate is set.
create or replace function deploy_queue._gates(candidate deploy_queue.deployments) returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
begin
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  return deploy_queue._confirmation_gate(candidate, v_demands.confirmation)
    || deploy_queue._approval_gate(candidate, v_demands.approvals, v_demands.approvers)
    || case when v_demands.promote_from is not null then deploy_queue._promotion_gate(candidate) end
    || case when candidate.rollback_of is null or v_demands.gate_rollbacks
      then deploy_queue._check_gates(candidate, v_demands.require_checks)
    end;
end;
$$;
