-- Whether a head of a line in a cell with several slots was told of a deployment that has ended or moved, and need not wait for an unknown
-- time any more: before is its row as it was. Others may have left a slot free all the time. Called by _wake_heads.
create or replace function deploy_queue._is_eased(head deploy_queue.deployments, before deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy deploy_queue.policies := deploy_queue._policy(head.environment, head.cell_id);
  -- These end after it.
  v_others deploy_queue.deployments[];
begin
  if head.id = before.id then
    return exists (
      select from deploy_queue._crowd(before, v_policy, null) as was
      where was.kind = 'queued' and (was.blocker).id <> all (array(
        select (told.blocker).id from deploy_queue._crowd(head, v_policy, null) as told
      ))
    );
  end if;
  v_others := deploy_queue._ended_beside(before);
  return exists (
    select from deploy_queue._crowd(head, v_policy, null, v_others || before) as told
    where (told.blocker).id = before.id and (told.blocker).start_timestamp is not distinct from before.start_timestamp
      and (told.blocker).finish_timestamp is null and (told.blocker).cancellation_timestamp is null
      -- It may be in the way for as long as before.
      and not exists (
        select from deploy_queue._crowd(head, v_policy, null, v_others) as still
        where (still.blocker).id = before.id and coalesce(still.until, 'infinity') >= coalesce(told.until, 'infinity')
      )
  ) and not exists (select from deploy_queue._crowd(head, v_policy, null, v_others) as left_over where left_over.until is null);
end;
$$;
