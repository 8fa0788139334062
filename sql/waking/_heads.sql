-- The heads of a line: queued deployments of a cell that no other queued deployment keeps waiting. These are the first of the line,
-- those right behind it with its concurrency key, and exceptions of a freeze that pass those it holds.
-- Called by the wake-ups and, with the policy that is known there, by _free_heads.
create or replace function deploy_queue._heads(cell_id integer, policy deploy_queue.policies default null)
returns setof deploy_queue.deployments
language plpgsql stable rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_queued deploy_queue.deployments;
  v_policy deploy_queue.policies := _heads.policy;
  v_is_first boolean := true;
  v_first_key text;
  -- Whether deployments of two keys were found. One of the two keeps all deployments behind them waiting, exceptions aside.
  v_is_over boolean := false;
begin
  for v_queued in
    select (queued.deployment).*
    from deploy_queue._queued as queued
    where queued.cell_id = _heads.cell_id
    order by queued.cell_id, - queued.priority, coalesce(queued.place, queued.id)
  loop
    continue when v_queued.hold = 'outside';

    if not v_is_over and (v_is_first or v_queued.concurrency_key = v_first_key) then
      return next v_queued;
    else
      v_policy := coalesce(v_policy, deploy_queue._policy(v_queued.environment));
      if v_policy.is_frozen
        and deploy_queue._is_exception(v_queued)
        and not exists (select from deploy_queue._blockers(v_queued, v_policy, null) as found where found.kind = 'queued')
      then
        return next v_queued;
      end if;
    end if;

    -- A deployment lets others pass until its not_before.
    continue when v_queued.not_before > v_now;
    v_is_over := v_is_over or not (v_is_first or coalesce(v_queued.concurrency_key = v_first_key, false));
    exit when v_is_over and not v_policy.is_frozen;
    v_first_key := v_queued.concurrency_key;
    v_is_first := false;
  end loop;
end;
$$;
