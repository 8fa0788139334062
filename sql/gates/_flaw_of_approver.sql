-- Why the caller is none of the others whose approval a deployment needs; null when it is one. Names are compared as they are, and each with
-- each: a person who has two logins, or gives another name, is still the same one.
-- Called by _require_approver and by what lists the deployments that wait for the caller.
create or replace function deploy_queue._flaw_of_approver(deployment deploy_queue.deployments, role_name text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own text;
begin
  if not deploy_queue._is_member(deploy_queue._principal(), _flaw_of_approver.role_name) then
    return format('%s is no member of %s, and does not approve %s', deploy_queue._principal(), _flaw_of_approver.role_name,
      deploy_queue._label(deployment));
  end if;

  select named.who into v_own
  from (
    select unnest(array[deployment.entered_by, deploy_queue._person(deployment.actor)])
    union all
    -- Who brings the version of what was reserved enters it as well.
    select unnest(array[events.principal, deploy_queue._person(events.actor)])
    from deploy_queue.deployment_events as events
    where events.deployment_id = deployment.id and events.kind = 'redeemed'
  ) as named (who)
  where named.who in (deploy_queue._principal(), deploy_queue._person(deploy_queue._actor()))
    -- Who has made a token knows its secret.
    or named.who = (
      select tokens.created_by from deploy_queue.tokens
      where tokens.revoked_at is null and 'token ' || tokens.name = deploy_queue._principal()
    );
  return case when v_own is not null then
    format('%s was entered by %s, and is approved by others', deploy_queue._label(deployment), v_own)
  end;
end;
$$;
