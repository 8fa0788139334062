-- Renews the lease of a deployment whose heartbeat is written by plain SQL, or ends it with null.
-- Fires for every UPDATE that changes heartbeat_timestamp, but not for those of the functions, which write the lease themselves.
create or replace function deploy_queue.tg_deployments__beat() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_right(old.environment);
  new := deploy_queue._as_it_was(old, new);
  if new.heartbeat_timestamp is not distinct from old.heartbeat_timestamp then
    return new;
  end if;
  if deploy_queue._has_ended(old) then
    perform deploy_queue._refuse_ended(old);
  end if;
  new.alive_until := null;
  if new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := deploy_queue._now();
    new.alive_until := new.heartbeat_timestamp + deploy_queue._lease(new.environment, new.component);
    new.kept := true;
  end if;
  return new;
end;
$$;

create or replace trigger tg_deployments__beat
before update of heartbeat_timestamp on deploy_queue.deployments
for each row when (
  new.heartbeat_timestamp is distinct from old.heartbeat_timestamp and new.alive_until is not distinct from old.alive_until
)
execute function deploy_queue.tg_deployments__beat();
