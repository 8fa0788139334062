-- Wakes the heads of lines whose buffer became shorter, and the keepers whose heartbeats must come more often or whose work must end
-- earlier or later than they know: they send a heartbeat at once, and go by what it returns.
-- Fires for every UPDATE of environments that changes one of these policies.
create or replace function deploy_queue.tg_environments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (new.heartbeat_timeout, new.max_duration) is distinct from (old.heartbeat_timeout, old.max_duration) then
    perform deploy_queue._notify('deploy_queue_deployment_' || live.id, 'policy')
    from deploy_queue._live_deployments as live
    where live.environment = new.environment and live.alive_until is not null;
  end if;

  if new.slots > old.slots then
    perform deploy_queue._wake_heads(array(
      select distinct queued.cell_id from deploy_queue._queued as queued where queued.environment = new.environment
      order by queued.cell_id
    ));
  elsif new.buffer_time < old.buffer_time then
    perform deploy_queue._wake_heads(array(
      select distinct queued.cell_id from deploy_queue._queued as queued where queued.environment = new.environment
      order by queued.cell_id
    ), former_buffer => old.buffer_time);
  end if;
  return null;
end;
$$;

create or replace trigger tg_environments__wake
after update on deploy_queue.environments
for each row when (
  new.buffer_time < old.buffer_time
  or new.slots > old.slots
  or new.heartbeat_timeout is distinct from old.heartbeat_timeout
  or new.max_duration is distinct from old.max_duration
)
execute function deploy_queue.tg_environments__wake();
