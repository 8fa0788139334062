-- Wakes the heads of lines for which a freeze has changed: those that a new one lets pass others, those that it lets through from now on, or
-- those that it held. Fires for every write of freezes that may bring a turn forward.
create or replace function deploy_queue.tg_freezes__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes := coalesce(new, old);
begin
  -- The statement may have written several, whose cells are locked in ascending order, too.
  perform deploy_queue._lock_cells(array(
    select cells.id
    from deploy_queue.cells
    where exists (
      select from changed
      where deploy_queue._covers(changed, cells.environment, cells.cloud_provider, cells.region, cells.cell_index)
    )
  ));
  perform deploy_queue._wake_heads(array(
    select cells.id
    from deploy_queue.cells
    where deploy_queue._covers(v_freeze, cells.environment, cells.cloud_provider, cells.region, cells.cell_index)
    order by cells.id
  ), changed_freeze => v_freeze, is_placed => tg_op = 'INSERT', allowed => case
    when new.allow_ids <> old.allow_ids then array(
      select waiting.id
      from deploy_queue.deployments as waiting
      where waiting.id = any (new.allow_ids) and not deploy_queue._passes(waiting, old)
      union
      -- What it does not let through any more stood before these, and they pass it now.
      select behind.id
      from deploy_queue.deployments as held
      join deploy_queue._queued as behind on behind.cell_id = held.cell_id
      where held.id = any (old.allow_ids) and held.id <> all (new.allow_ids) and not deploy_queue._passes(held, new)
        and deploy_queue._passes(behind.deployment, new) and deploy_queue._precedes(held, behind.deployment, deploy_queue._now())
    )
  end);
  return null;
end;
$$;

create or replace trigger tg_freezes__wake_placed
after insert on deploy_queue.freezes referencing new table as changed
for each row execute function deploy_queue.tg_freezes__wake();

create or replace trigger tg_freezes__wake_lifted
after update on deploy_queue.freezes referencing new table as changed
for each row when (
  new.allow_ids <> old.allow_ids
  or coalesce(least(new.lifted_at, new.expires_at), 'infinity') < coalesce(old.expires_at, 'infinity')
)
execute function deploy_queue.tg_freezes__wake();

create or replace trigger tg_freezes__wake_removed
after delete on deploy_queue.freezes referencing old table as changed
for each row execute function deploy_queue.tg_freezes__wake();
