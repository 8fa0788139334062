-- The call that enters a deployment, with the phrase that it needs, as the cure of a gate. A part of its place that is null is for the caller
-- to fill in. Called by the gates.
create or replace function deploy_queue._entry(candidate deploy_queue.deployments, confirmation text default null) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('function', 'enqueue', 'arguments', jsonb_build_object(
    'environment', candidate.environment, 'cloud_provider', candidate.cloud_provider, 'region', candidate.region,
    'cell_index', candidate.cell_index::text, 'component', candidate.component
  ) || jsonb_strip_nulls(jsonb_build_object(
    'version', candidate.version, 'artifact', candidate.artifact, 'url', candidate.url, 'note', candidate.note,
    'concurrency_key', candidate.concurrency_key, 'priority', nullif(candidate.priority, 0)::text,
    'sequence', candidate.sequence::text, 'sequence_scope', candidate.sequence_scope, 'rollback_of', candidate.rollback_of::text,
    'confirmation', _entry.confirmation
  )));
end;
$$;
