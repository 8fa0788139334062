-- What a message says, as its receiver gets it: what happened, where, and to which deployment. Its command, which may hold secrets, is not in it.
-- Called by next_webhook_messages, and by what removes history.
create or replace function deploy_queue._webhook_body(message deploy_queue.webhook_messages) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_event deploy_queue.deployment_events;
  v_deployment jsonb;
begin
  if message.body is not null then
    return message.body;
  end if;
  select * into v_event from deploy_queue.deployment_events where deployment_events.id = message.event_id;
  select jsonb_build_object(
    'id', deployments.id, 'environment', deployments.environment, 'cloud_provider', deployments.cloud_provider,
    'region', deployments.region, 'cell_index', deployments.cell_index, 'component', deployments.component,
    'version', deployments.version, 'artifact', deployments.artifact, 'url', deployments.url, 'note', deployments.note,
    'entered_by', deployments.entered_by, 'actor', deployments.actor, 'created_at', deployments.created_at,
    'rollback_of', deployments.rollback_of, 'parent_id', deployments.parent_id
  )
  into v_deployment
  from deploy_queue.deployments
  where deployments.id = message.line;
  return jsonb_build_object(
    'type', case when message.line > 0 then 'deployment.' else 'queue.' end || message.kind,
    'timestamp', coalesce(v_event.occurred_at, message.created_at),
    'data', jsonb_build_object(
      'event_id', message.event_id, 'kind', message.kind, 'from_state', v_event.from_state, 'to_state', v_event.to_state,
      'actor', v_event.actor, 'principal', v_event.principal, 'reason', v_event.reason, 'detail', v_event.detail,
      'environment', coalesce(v_deployment ->> 'environment', v_event.environment),
      'cloud_provider', coalesce(v_deployment ->> 'cloud_provider', v_event.cloud_provider, v_event.detail #>> '{changes,cloud_provider,to}'),
      'region', coalesce(v_deployment ->> 'region', v_event.region, v_event.detail #>> '{changes,region,to}'),
      'cell_index', coalesce(v_deployment -> 'cell_index', to_jsonb(v_event.cell_index), v_event.detail #> '{changes,cell_index,to}'),
      'component', coalesce(v_deployment ->> 'component', v_event.component),
      'version', coalesce(v_deployment ->> 'version', v_event.version),
      'deployment', v_deployment
    )
  );
end;
$$;
