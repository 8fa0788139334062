-- A deployment at the place where it stands.
-- Called by the view of those that are in sequence.
create or replace function deploy_queue._placed(deployment deploy_queue.deployments, place bigint) returns deploy_queue.deployments
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  deployment.place := _placed.place;
  return deployment;
end;
$$;
