-- Removes a maintenance window; an environment without any may be deployed to at all times.
-- Called by operators.
create or replace function deploy_queue.remove_window(window_id integer) returns deploy_queue.maintenance_windows
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_window deploy_queue.maintenance_windows;
begin
  perform deploy_queue._require_right(maintenance_windows.environment)
  from deploy_queue.maintenance_windows
  where maintenance_windows.id = remove_window.window_id;

  delete from deploy_queue.maintenance_windows
  where maintenance_windows.id = remove_window.window_id
  returning maintenance_windows.* into v_window;

  if not found then
    raise exception using
      errcode = 'QD027',
      message = format('maintenance window %s does not exist', coalesce(remove_window.window_id::text, 'null')),
      hint = 'deploy_queue.windows shows them.';
  end if;
  return v_window;
end;
$$;

comment on function deploy_queue.remove_window(integer) is 'Removes a maintenance window and returns it.';
