-- The state of a deployment right now, a hold included.
-- Called by the event trigger and the views.
create or replace function deploy_queue._status(
  hold deploy_queue.hold,
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  buffer_time interval
) returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if _status.hold is not null and _status.cancellation_timestamp is null then
    return 'held';
  end if;
  return deploy_queue.get_deployment_status(
    _status.start_timestamp, _status.finish_timestamp, _status.cancellation_timestamp, _status.buffer_time
  );
end;
$$;
