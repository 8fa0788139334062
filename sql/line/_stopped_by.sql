-- Who has asked a deployment to stop; null when no client did.
-- Called by what tells those who wait for its end, and by the views of what runs.
create or replace function deploy_queue._stopped_by(deployment_id bigint) returns text
language plpgsql stable
-- A reader of these views may not read events.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select event.actor
    from deploy_queue.deployment_events as event
    where event.deployment_id = _stopped_by.deployment_id and event.kind = 'stopping'
    limit 1
  );
end;
$$;
