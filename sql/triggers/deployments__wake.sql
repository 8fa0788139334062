-- Wakes the keeper of a deployment that ended, and those at the head of the line who waited for it.
-- Fires for every UPDATE that finishes or cancels a deployment; the guard already holds the lock of the cell.
create or replace function deploy_queue.tg_deployments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head deploy_queue.deployments;
begin
  perform pg_notify('deploy_queue_deployment_' || new.id, 'ended');

  for v_head in select * from deploy_queue._heads(new.cell_id) loop
    -- Those whom it did not block learn nothing from its end.
    if (old.start_timestamp is not null or old.id < v_head.id)
      and (old.concurrency_key = v_head.concurrency_key) is not true
    then
      perform deploy_queue._wake(v_head);
    end if;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_deployments__wake
after update on deploy_queue.deployments
for each row when (new.finish_timestamp is not null or new.cancellation_timestamp is not null)
execute function deploy_queue.tg_deployments__wake();
