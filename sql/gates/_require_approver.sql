-- Refuses a caller that is none of the others whose approval a deployment needs, and one that needs none.
-- Called by approve and disapprove, before they lock it.
create or replace function deploy_queue._require_approver(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
  v_role text;
  v_flaw text;
begin
  perform deploy_queue._require_right(deployment.environment);
  select * into v_demands from deploy_queue._demands(deployment.environment, deployment.component);
  v_role := deploy_queue._approver_role(v_demands.approvers);
  if v_demands.approvals = 0 or deployment.joined_id is not null then
    raise exception using
      errcode = 'QD055',
      message = deploy_queue._label(deployment) || ' needs no approval',
      hint = 'An operator sets how many the deployments of an environment or a component need.';
  end if;

  v_flaw := deploy_queue._flaw_of_approver(deployment, v_role);
  if v_flaw is not null then
    raise exception using
      errcode = 'QD054',
      message = v_flaw,
      hint = case
        when deploy_queue._is_member(deploy_queue._principal(), v_role)
          then format('You are %s, with the role %s.', deploy_queue._actor(), deploy_queue._principal())
        when to_regrole(quote_ident(v_role)) is null then format('There is no role %s: nobody can approve.', v_role)
        when v_demands.approvers is null then 'The owner of the queue makes a login an approver: deploy_queue.grant_role().'
        else format('An administrator grants it: "grant %s to %s;".', quote_ident(v_role), quote_ident(deploy_queue._principal()))
      end;
  end if;
end;
$$;
