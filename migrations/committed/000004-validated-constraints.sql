--! Previous: sha1:5839951e5428d58680d3bfc3b11f8cb94cdeb5ee
--! Hash: sha1:4760544e4c10a89ee6e4a24c821cd77efa8f59ca
--! Message: validated constraints

-- Whoever migrates waits this long for a lock at most, and tries again: behind it, everybody else would wait as well.
set local lock_timeout = '2s';

-- Apart from the migration that made them, so that the scan keeps nobody from writing. One statement, one scan.
alter table deploy_queue.deployment_events
  validate constraint kind_must_be_known,
  validate constraint a_transition_has_a_deployment_and_a_state,
  validate constraint an_event_is_about_a_deployment_or_an_environment,
  validate constraint a_bypass_needs_a_note,
  validate constraint a_bypass_names_its_deployment_or_its_cell_and_component,
  validate constraint note_or_reason_must_be_printable_characters,
  validate constraint cloud_provider_must_be_1_to_100_printable_characters,
  validate constraint region_must_be_1_to_100_printable_characters,
  validate constraint cell_index_must_be_0_or_more,
  validate constraint component_must_be_1_to_200_printable_characters,
  validate constraint version_must_be_1_to_100_printable_characters,
  validate constraint url_must_be_printable_characters;

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
