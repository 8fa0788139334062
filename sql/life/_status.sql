-- The state of a deployment right now.
-- Called by the event trigger and the views.
create or replace function deploy_queue._status(deployment deploy_queue.deployments, buffer_time interval)
returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return case
    when deployment.cancellation_timestamp is not null then case deployment.cancellation_kind
      when 'failed' then 'failed' when 'rejected' then 'rejected' else 'cancelled' end
    when deployment.finish_timestamp is not null
      then case when deploy_queue._cools_down(deployment.finish_timestamp, _status.buffer_time, v_now) then 'buffering' else 'finished' end
    when deployment.stop_timestamp is not null then 'stopping'
    when deployment.verifying_since is not null then 'verifying'
    when deployment.start_timestamp is not null then 'running'
    when deployment.reserved_until is not null then 'reserved'
    when deployment.hold is not null then 'held'
    else 'queued'
  end;
end;
$$;
