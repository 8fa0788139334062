-- Who acts while the setting of a server says for whom: that one, where the session is one of a server; else the role that logged in.
-- Called by _principal.
create or replace function deploy_queue._verified_principal() returns text
language plpgsql stable parallel safe
-- Readers of a view may not call _verified.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(deploy_queue._verified() ->> 'principal', session_user);
end;
$$;
