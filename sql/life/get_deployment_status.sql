-- Where a deployment is in its life, by its timestamps and the buffer time of its environment.
-- Called by views, the event trigger and other services.
create or replace function deploy_queue.get_deployment_status(
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  buffer_time interval
) returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when get_deployment_status.cancellation_timestamp is not null then 'cancelled'
    when get_deployment_status.start_timestamp is null then 'queued'
    when get_deployment_status.finish_timestamp is null then 'running'
    when get_deployment_status.finish_timestamp
      > deploy_queue._now() - get_deployment_status.buffer_time then 'buffering'
    else 'finished'
  end;
end;
$$;

comment on function deploy_queue.get_deployment_status(timestamptz, timestamptz, timestamptz, interval) is
  'The state that these timestamps mean right now: queued, running, buffering, finished or cancelled.';
