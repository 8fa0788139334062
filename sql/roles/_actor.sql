-- Who acts: the name that the client put into the setting deploy_queue.actor, in one line of 200 characters at most, else
-- the principal. Called by the event trigger and the reaper, which must not fail because of a name.
create or replace function deploy_queue._actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := nullif(current_setting('deploy_queue.actor', true), '');
begin
  if v_name is not null then
    v_name := nullif(trim(left(deploy_queue._one_line(v_name), 200)), '');
  end if;
  return coalesce(v_name, deploy_queue._principal());
end;
$$;
