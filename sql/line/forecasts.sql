-- What forecast says, for several deployments: each line is played once for all of them. Those that are held outside the line are left out.
-- Called by programs with many waiters.
create or replace function deploy_queue.forecasts(deployment_ids bigint[]) returns setof deploy_queue.forecast
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select (line.forecast).*
  from deploy_queue._line(null, array(
    select distinct deployments.cell_id from deploy_queue.deployments where deployments.id = any (forecasts.deployment_ids)
  )) as line
  where (line.deployment).id = any (forecasts.deployment_ids);
end;
$$;

comment on function deploy_queue.forecasts(bigint[]) is
  'What forecast() says, for several deployments that wait in line, at the cost of one in each cell.';
