-- The number of the newest committed migration. Programs compare it with the one they were built for.
-- Called by clients when they connect.
create or replace function deploy_queue.schema_version() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 14;
$$;

comment on function deploy_queue.schema_version() is
  'Version of this schema: the number of the newest migration that was applied.';
