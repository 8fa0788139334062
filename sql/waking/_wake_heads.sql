-- Wakes the heads of lines for which something became easier: a deployment that was in the way has ended or moved (before, after),
-- a freeze was placed, has changed or lets these through (allowed), or, with none of these, anything else.
-- Called by the triggers of everything that keeps deployments waiting.
create or replace function deploy_queue._wake_heads(
  cell_ids integer[],
  before deploy_queue.deployments default null,
  after deploy_queue.deployments default null,
  changed_freeze deploy_queue.freezes default null,
  is_placed boolean default false,
  allowed bigint[] default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
  v_is_easier boolean;
  v_slots integer;
  v_without_exceptions deploy_queue.policies;
begin
  -- Cells are locked in ascending order, as everywhere.
  foreach v_cell_id in array _wake_heads.cell_ids loop
    -- A start that is being decided now has committed before this returns; the next decision sees what has changed.
    continue when not deploy_queue._lock_cell(v_cell_id)
      or not exists (select from deploy_queue._queued as queued where queued.cell_id = v_cell_id);
    v_slots := null;

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      if v_slots is null then
        v_slots := deploy_queue._slots(v_cell_id);
        if v_slots > 1 and _wake_heads.is_placed then
          v_without_exceptions := deploy_queue._policy((_wake_heads.changed_freeze).environment, v_cell_id);
          v_without_exceptions.has_exceptions := false;
        end if;
      end if;
      v_is_easier := case
        when _wake_heads.allowed is not null then v_head.id = any (_wake_heads.allowed)
        -- The line has stopped because of that deployment, and its rollback passes those that wait.
        when before.start_timestamp is not null and v_head.rollback_of = before.id and deploy_queue._rolls_back(v_head)
          and exists (
            select from deploy_queue._in_line(v_cell_id) as overtaken
            where deploy_queue._precedes(overtaken, v_head, deploy_queue._now()) and not deploy_queue._rolls_back(overtaken)
          )
        then true
        when v_slots > 1 and before.id is not null then deploy_queue._is_eased(v_head, before)
        when v_slots > 1 and _wake_heads.is_placed then deploy_queue._passes(v_head, changed_freeze)
          and exists (select from deploy_queue._crowd(v_head, v_without_exceptions, 1))
        when v_head.id = after.id then exists (
          select from deploy_queue._in_line(v_cell_id) as ahead
          where ahead.id <> before.id
            and deploy_queue._precedes(ahead, before, deploy_queue._now())
            and not deploy_queue._overtakes(before, ahead)
            and not deploy_queue._precedes(ahead, v_head, deploy_queue._now())
        )
        when before.start_timestamp is not null then (before.concurrency_key = v_head.concurrency_key) is not true
        when before.id is not null then deploy_queue._precedes(before, v_head, deploy_queue._now()) and not deploy_queue._overtakes(v_head, before)
          -- It may have moved and still stand ahead.
          and (deploy_queue._has_ended(after) or not exists (
            select from deploy_queue._in_line(v_cell_id) as moved
            where moved.id = before.id and deploy_queue._precedes(moved, v_head, deploy_queue._now())
          ))
        when _wake_heads.is_placed then deploy_queue._passes(v_head, changed_freeze) and exists (
          select from deploy_queue._in_line(v_cell_id) as overtaken
          where deploy_queue._precedes(overtaken, v_head, deploy_queue._now())
            and not deploy_queue._passes(overtaken, changed_freeze)
            -- It had passed those of a line that is stopped.
            and not (deploy_queue._rolls_back(v_head) and not deploy_queue._rolls_back(overtaken))
        )
        when changed_freeze.id is not null then not deploy_queue._passes(v_head, changed_freeze)
        else true
      end;
      if v_is_easier then
        perform deploy_queue._wake(v_head);
      end if;
    end loop;
  end loop;
end;
$$;
