-- Wakes those at the head of a line whose buffer became shorter.
-- Fires for every UPDATE of environments that shortens buffer_time.
create or replace function deploy_queue.tg_environments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
begin
  for v_cell_id in
    select distinct deployments.cell_id
    from deploy_queue.deployments
    where deployments.environment = new.environment
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id
  loop
    -- A finish that commits at this moment has told its line the old buffer; wait for it and correct that.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      if exists (
        select
        from deploy_queue.deployments as blocker
        where blocker.cell_id = v_cell_id
          and blocker.finish_timestamp > deploy_queue._now() - old.buffer_time
          and (blocker.concurrency_key = v_head.concurrency_key) is not true
      ) then
        perform deploy_queue._wake(v_head);
      end if;
    end loop;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_environments__wake
after update on deploy_queue.environments
for each row when (new.buffer_time < old.buffer_time)
execute function deploy_queue.tg_environments__wake();
