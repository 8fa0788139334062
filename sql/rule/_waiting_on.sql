-- Everything that keeps a deployment from starting, in words: its own reasons first, then its blockers by id, at most so many; empty when it may start.
-- Called by waiting_on, try_start and the refusal of a start.
create or replace function deploy_queue._waiting_on(
  candidate deploy_queue.deployments,
  at_most integer default null
) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy deploy_queue.policies := deploy_queue._policy(candidate.environment, candidate.cell_id);
begin
  return deploy_queue._withheld(candidate, v_policy) || array(
    select deploy_queue._blocked_by(candidate, v_policy, found.kind, found.until, found.blocker)
    from deploy_queue._blockers(candidate, v_policy, _waiting_on.at_most) as found
    order by (found.blocker).id
  );
end;
$$;
