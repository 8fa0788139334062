-- Where a queued deployment stands and when it will likely start; no row for one that is not queued. One that is held
-- outside the line is told where it would stand.
-- Called by clients that show a wait.
create or replace function deploy_queue.forecast(deployment_id bigint) returns setof deploy_queue.forecast
language plpgsql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(forecast.deployment_id);
begin
  if num_nonnulls(v_deployment.start_timestamp, v_deployment.finish_timestamp, v_deployment.cancellation_timestamp) > 0 then
    return;
  end if;
  if v_deployment.hold = 'outside' then
    v_deployment.place := 9223372036854775807;
  end if;
  v_deployment := deploy_queue._stand(v_deployment);

  return query
  select (line.forecast).* from deploy_queue._line(v_deployment, array[v_deployment.cell_id]) as line;
end;
$$;

comment on function deploy_queue.forecast(bigint) is
  'Position of a queued deployment, its predicted start from the usual durations of all ahead, and its blockers.';
