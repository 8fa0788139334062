-- Stores the durations of policies in plain seconds, and lets only roles in that exist.
-- Fires for every INSERT into component_policies and every UPDATE.
create or replace function deploy_queue.tg_component_policies__normalize() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  new.environment := btrim(new.environment);
  new.component := btrim(new.component);
  new.confirmation := btrim(new.confirmation);
  new.buffer_time := deploy_queue._in_seconds(new.buffer_time);
  new.heartbeat_timeout := deploy_queue._in_seconds(new.heartbeat_timeout);
  new.max_duration := deploy_queue._in_seconds(new.max_duration);
  new.unkept_after := deploy_queue._in_seconds(new.unkept_after);
  new.max_reservation := deploy_queue._in_seconds(new.max_reservation);
  new.soak := deploy_queue._in_seconds(new.soak);
  new.log_retention := deploy_queue._in_seconds(new.log_retention);
  new.promote_from := btrim(new.promote_from);
  new.require_checks := deploy_queue._check_names(new.require_checks);
  new.approvers := btrim(new.approvers);
  if new.approvers is distinct from old.approvers and new.approvers <> '' then
    perform deploy_queue._require_role('approvers', new.approvers);
  end if;
  return new;
end;
$$;

create or replace trigger tg_component_policies__normalize
before insert or update on deploy_queue.component_policies
for each row execute function deploy_queue.tg_component_policies__normalize();
