-- For whom a server acts; null in any other session: the setting counts only in the session of a role that has nothing but call() and look(),
-- which set it anew.
-- Called by _verified_principal, _caller and the trigger of events.
create or replace function deploy_queue._verified() returns jsonb
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := current_setting('deploy_queue.verified', true);
begin
  if v_text <> '' and pg_has_role(session_user, to_regrole('deploy_queue_server'), 'member') then
    return v_text::jsonb;
  end if;
  return null;
end;
$$;
