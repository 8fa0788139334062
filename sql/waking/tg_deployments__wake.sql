-- Wakes the keeper of a deployment that ended or was released, and those at the head of the line who waited for it.
-- Fires for every UPDATE that may end or move a deployment; the guard already holds the lock of the cell.
create or replace function deploy_queue.tg_deployments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended boolean := deploy_queue._has_ended(new);
  v_is_released boolean := new.hold is distinct from old.hold and new.start_timestamp is null;
  v_head deploy_queue.deployments;
  v_learns boolean;
begin
  if not v_ended and not v_is_released and new.priority = old.priority then
    return null;
  end if;

  if v_ended then
    -- Of a finish only its keepers want to know. A notification that nobody hears would hold up other commits.
    if new.cancellation_timestamp is not null or new.kept then
      perform pg_notify('deploy_queue_deployment_' || new.id, 'ended');
    end if;
  elsif v_is_released then
    -- Also when others are ahead: it waits for something else now.
    perform pg_notify('deploy_queue_deployment_' || new.id, '');
  end if;

  for v_head in select * from deploy_queue._heads(new.cell_id) loop
    -- Those whom it did not block, or blocks still, learn nothing from this.
    v_learns := case
      when v_head.id = new.id then deploy_queue._has_to_wait(old)
      when old.start_timestamp is not null then (old.concurrency_key = v_head.concurrency_key) is not true
      else deploy_queue._lets_wait(old, v_head) and (v_ended or not deploy_queue._lets_wait(new, v_head))
    end;
    if v_learns then
      perform deploy_queue._wake(v_head);
    end if;
  end loop;
  return null;
end;
$$;

-- By columns and without WHEN, which PostgreSQL would read anew for every statement.
create or replace trigger tg_deployments__wake
after update of finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__wake();
