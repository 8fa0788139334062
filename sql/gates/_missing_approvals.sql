-- The approvals that a deployment lacks: no row where none is missing.
-- Read by the view wanted_approvals, whose array type has its name with an underscore.
create or replace function deploy_queue._missing_approvals(candidate deploy_queue.deployments)
returns table (approvals integer, approvers text, given_by text[], is_mine boolean)
language plpgsql stable rows 1
-- It calls what no reader of the view may call.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_given deploy_queue.approvals[];
begin
  select demands.approvals, deploy_queue._approver_role(demands.approvers) into approvals, approvers
  from deploy_queue._demands(candidate.environment, candidate.component) as demands;
  v_given := array(select given from deploy_queue._approvals_of(candidate, approvers) as given);
  if candidate.joined_id is not null or cardinality(v_given) >= approvals then
    return;
  end if;
  given_by := array(select deploy_queue._person(given.actor) from unnest(v_given) as given);
  is_mine := deploy_queue._may_change(candidate.environment)
    and deploy_queue._flaw_of_approver(candidate, approvers) is null
    and not deploy_queue._person(deploy_queue._actor()) = any (given_by)
    and not exists (select from unnest(v_given) as given where given.principal = deploy_queue._principal());
  return next;
end;
$$;
