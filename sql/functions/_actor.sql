-- Who acts: the name that the client put into the setting deploy_queue.actor, else the role that logged in.
-- Called by the event trigger and the reaper.
create or replace function deploy_queue._actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(current_setting('deploy_queue.actor', true), ''), session_user);
end;
$$;
