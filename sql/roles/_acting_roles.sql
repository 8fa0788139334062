-- The roles whose rights count: the one that logged in and, after SET ROLE, the one that it has put on. Functions run as
-- their owner, so current_user is neither.
-- Called by _may_change, its error, and _bypass_reason.
create or replace function deploy_queue._acting_roles() returns regrole[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array_remove(
    array[to_regrole(quote_ident(session_user)), to_regrole(quote_ident(nullif(current_setting('role'), 'none')))], null
  );
end;
$$;
