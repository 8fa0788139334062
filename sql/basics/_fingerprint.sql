-- Which text of sql/ this database has; the program that applies it fills it in.
-- Called by a migration, which applies sql/ again where the text differs and the version does not, as while it is written.
create or replace function deploy_queue._fingerprint() returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select ':fingerprint';
$$;
