-- The state of a deployment right now.
-- Called by the event trigger and the views.
create or replace function deploy_queue._status(
  deployment deploy_queue.deployments,
  buffer_time interval
) returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when deployment.hold is not null and deployment.cancellation_timestamp is null then 'held'
    else deploy_queue.get_deployment_status(
      deployment.start_timestamp, deployment.finish_timestamp, deployment.cancellation_timestamp, _status.buffer_time
    )
  end;
end;
$$;
