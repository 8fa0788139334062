--! Previous: sha1:8c7ca0410790ea20fd90324cd168435bd1234748
--! Hash: sha1:cccc8f45ab58f782bb75ac50e417c34218c48b27
--! Message: validated constraints

-- Whoever migrates waits this long for a lock at most, and tries again: behind it, everybody else would wait as well.
set local lock_timeout = '2s';

-- Apart from the migration that made them, so that the scan keeps nobody from writing. One statement, one scan.
alter table deploy_queue.deployments
  validate constraint component_must_be_1_to_200_printable_characters,
  validate constraint version_must_be_1_to_100_printable_characters,
  validate constraint concurrency_key_must_be_1_to_100_printable_characters,
  validate constraint idempotency_key_must_be_1_to_200_printable_characters,
  validate constraint url_must_be_printable_characters,
  validate constraint note_must_be_printable_characters,
  validate constraint cancellation_note_must_be_printable_characters;
alter table deploy_queue.deployment_events
  validate constraint kind_must_be_known,
  validate constraint note_or_reason_must_be_printable_characters,
  validate constraint a_bypass_says_where_and_why;

--! Included functions/schema_version.sql
-- The number of the newest committed migration. Programs compare it with the one they were built for.
-- Called by clients when they connect.
create or replace function deploy_queue.schema_version() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 4;
$$;

comment on function deploy_queue.schema_version() is
  'Version of this schema: the number of the newest migration that was applied.';
--! EndIncluded functions/schema_version.sql
