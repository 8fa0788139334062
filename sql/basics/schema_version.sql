-- Which schema this is, raised last of all. Programs compare the version with their own, and bring a lower one up to date.
-- Called by clients when they connect.
create or replace function deploy_queue.schema_version() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 43;
$$;

comment on function deploy_queue.schema_version() is 'Version of this schema; every change of migrations/ or sql/ that is released raises it.';
