-- Who acts, as far as the database knows: the role that logged in, or for whom a server calls.
-- Called by everything that stores or compares who it was.
create or replace function deploy_queue._principal() returns text
language plpgsql stable parallel safe
-- Readers of a view may not call _verified.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('deploy_queue.verified', true) <> '' then
    return coalesce(deploy_queue._verified() ->> 'principal', session_user);
  end if;
  return session_user;
end;
$$;
