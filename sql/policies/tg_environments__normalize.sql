-- Stores the durations of policies in plain seconds, and lets only names in that are no other spelling of known ones, and roles that exist.
-- Fires for every INSERT into environments and every UPDATE.
create or replace function deploy_queue.tg_environments__normalize() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.environment := btrim(new.environment);
  if not new.is_adopted and (tg_op = 'INSERT' or new.environment <> old.environment) then
    perform deploy_queue._require_name('environment', new.environment, (
      select known.environment from deploy_queue.environments as known
      where lower(known.environment) = lower(new.environment) and known.environment <> new.environment
      limit 1
    ));
  end if;
  new.buffer_time := deploy_queue._in_seconds(new.buffer_time);
  new.heartbeat_timeout := deploy_queue._in_seconds(new.heartbeat_timeout);
  new.max_duration := deploy_queue._in_seconds(new.max_duration);
  new.unkept_after := deploy_queue._in_seconds(new.unkept_after);
  new.max_reservation := deploy_queue._in_seconds(new.max_reservation);
  new.soak := deploy_queue._in_seconds(new.soak);
  -- An empty text asks for nothing.
  new.confirmation := nullif(btrim(new.confirmation), '');
  new.approvers := nullif(btrim(new.approvers), '');
  -- One that was dropped later must not keep other policies from being changed.
  if new.approvers is distinct from old.approvers and new.approvers is not null then
    perform deploy_queue._require_role('approvers', new.approvers);
  end if;
  new.promote_from := nullif(btrim(new.promote_from), '');
  new.require_checks := deploy_queue._check_names(new.require_checks);
  new.retention := deploy_queue._in_seconds(new.retention);
  new.log_retention := deploy_queue._in_seconds(new.log_retention);
  return new;
end;
$$;

create or replace trigger tg_environments__normalize
before insert or update on deploy_queue.environments
for each row execute function deploy_queue.tg_environments__normalize();
