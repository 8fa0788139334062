-- The heads of a line: queued deployments of a cell that no other queued deployment keeps waiting. These are the first of the line, as many
-- as the cell has slots, those right behind them with their concurrency keys, and exceptions of a freeze that pass those it holds.
-- Called by the wake-ups and, with the policy that is known there, by _free_heads.
create or replace function deploy_queue._heads(cell_id integer, policy deploy_queue.policies default null)
returns setof deploy_queue.deployments
language plpgsql stable rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_line refcursor;
  v_queued deploy_queue.deployments;
  v_policy deploy_queue.policies := _heads.policy;
  v_slots integer := (_heads.policy).slots;
  v_key text;
  -- The exclusion keys found so far. Once there are more than slots, they keep all deployments behind them waiting, exceptions aside.
  v_keys text[] := '{}';
begin
  -- The index has those without a sequence in their order: a line without sequences is not sorted, and read only as far as its heads.
  if exists (select from deploy_queue.component_lines as line where line.cell_id = _heads.cell_id) then
    open v_line for
      select (standing.deployment).*
      from (
        select queued.deployment, - queued.priority as rank, coalesce(queued.place, queued.id) as place
        from deploy_queue._queued as queued
        where queued.cell_id = _heads.cell_id and queued.sequence is null
        union all
        select sequenced.deployment, - (sequenced.deployment).priority, (sequenced.deployment).place
        from deploy_queue._sequenced as sequenced
        where sequenced.cell_id = _heads.cell_id
      ) as standing
      order by standing.rank, standing.place;
  else
    open v_line for
      select (queued.deployment).*
      from deploy_queue._queued as queued
      where queued.cell_id = _heads.cell_id
      order by - queued.priority, coalesce(queued.place, queued.id);
  end if;

  loop
    fetch v_line into v_queued;
    exit when not found;
    continue when v_queued.hold = 'outside' or v_queued.reserved_until <= v_now;
    v_slots := coalesce(v_slots, deploy_queue._slots(_heads.cell_id));
    v_key := deploy_queue._exclusion_key(v_queued);

    if cardinality(array_remove(v_keys, v_key)) < v_slots then
      return next v_queued;
    else
      v_policy := coalesce(v_policy, deploy_queue._policy(v_queued.environment, v_queued.cell_id));
      if v_policy.has_exceptions
        and deploy_queue._is_exception(v_queued)
        and not exists (select from deploy_queue._blockers(v_queued, v_policy, null) as found where found.kind = 'queued')
      then
        return next v_queued;
      end if;
    end if;

    -- A deployment lets others pass until its not_before, or while its component may take no more slots; and those behind a reservation know
    -- when it ends.
    continue when v_queued.not_before > v_now or v_queued.reserved_until is not null or v_key = any (v_keys);
    continue when v_slots > 1 and exists (
      select from deploy_queue.component_policies as own
      where own.environment = v_queued.environment and own.component = v_queued.component and own.slots is not null
    );
    v_keys := v_keys || v_key;
    exit when cardinality(v_keys) > v_slots and not v_policy.has_exceptions;
  end loop;
  close v_line;
end;
$$;
