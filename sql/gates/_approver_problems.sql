-- Approvals that nobody can give, since too few logins and tokens have the role that is asked: it was dropped, or was granted to none.
-- Called by _rule_problems.
create or replace function deploy_queue._approver_problems() returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select format('%s needs %s approval%s of %s; logins and tokens with that role: %s', wanted.place, wanted.approvals,
    case when wanted.approvals > 1 then 's' end, wanted.approvers, people.count)
  from (
    select environments.environment as place, environments.approvals, deploy_queue._approver_role(environments.approvers) as approvers
    from deploy_queue.environments
    union all
    select own.component || ' in ' || own.environment, demands.approvals, deploy_queue._approver_role(demands.approvers)
    from deploy_queue.component_policies as own
    cross join lateral deploy_queue._demands(own.environment, own.component) as demands
    where num_nonnulls(own.approvals, own.approvers) > 0
  ) as wanted
  cross join lateral (
    select count(*)
    from (
      select pg_roles.rolname::text from pg_roles where pg_roles.rolcanlogin
      union all
      select 'token ' || tokens.name from deploy_queue.tokens where (tokens.expires_at <= deploy_queue._now()) is not true
    ) as known (principal)
    where deploy_queue._is_member(known.principal, wanted.approvers)
  ) as people
  where people.count < wanted.approvals
    -- How many people sign in by a trust, nobody knows here.
    and not exists (
      select from deploy_queue.trusts
      where trusts.removed_at is null and deploy_queue._is_member('deploy_queue_' || trusts.kind, wanted.approvers)
    );
end;
$$;
