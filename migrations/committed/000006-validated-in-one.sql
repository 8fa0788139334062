--! Previous: sha1:f1eb2bf75536752aa4350f295fd4faff748902d2
--! Hash: sha1:13a612aaec76dbcd2b9093ee26ebae87d9278535
--! Message: validated in one

-- Whoever migrates waits this long for a lock at most, and tries again: behind it, everybody else would wait as well.
set local lock_timeout = '2s';

-- Apart from the migration that made them, so that the scan keeps nobody from writing.
alter table deploy_queue.deployments validate constraint a_deployment_has_no_flaw;
alter table deploy_queue.deployment_events validate constraint an_event_has_no_flaw;

--! Included functions/schema_version.sql
-- The number of the newest committed migration. Programs compare it with the one they were built for.
-- Called by clients when they connect.
create or replace function deploy_queue.schema_version() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 6;
$$;

comment on function deploy_queue.schema_version() is
  'Version of this schema: the number of the newest migration that was applied.';
--! EndIncluded functions/schema_version.sql
