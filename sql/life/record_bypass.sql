-- Leaves a record of a deployment that goes around the queue, and tells the boards. Takes no lock and touches no line.
-- Called by clients in an emergency, such as the mode "bypass" of the GitHub Action.
create or replace function deploy_queue.record_bypass(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  note text,
  version text default null,
  url text default null
) returns deploy_queue.deployment_events
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event deploy_queue.deployment_events;
begin
  perform deploy_queue._require_environment(btrim(record_bypass.environment));

  insert into deploy_queue.deployment_events
    (kind, reason, environment, cloud_provider, region, cell_index, component, version, url)
  values (
    'bypassed', record_bypass.note, btrim(record_bypass.environment), btrim(record_bypass.cloud_provider), btrim(record_bypass.region),
    record_bypass.cell_index, btrim(record_bypass.component), record_bypass.version, record_bypass.url
  )
  returning * into v_event;

  if deploy_queue._has_followers() then
    perform deploy_queue._notify('deploy_queue_transitions', json_build_object(
      'deployment_id', null, 'status', null, 'bypass', true, 'environment', v_event.environment,
      'cloud_provider', v_event.cloud_provider, 'region', v_event.region, 'cell_index', v_event.cell_index,
      'component', v_event.component, 'version', v_event.version
    )::text);
  end if;
  return v_event;
end;
$$;

comment on function deploy_queue.record_bypass(text, text, text, integer, text, text, text, text) is
  'Records that a component is deployed to a cell around the queue, and why, and returns the event. Nothing waits for it.';
