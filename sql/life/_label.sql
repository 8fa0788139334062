-- How messages name a deployment: "deployment 42 (api@v1.2.3)", one whose version is not known yet "deployment 42 (api run 812)", and one
-- that is not in the line yet "api@v1.2.3".
-- Called by everything that raises an error or explains a wait.
create or replace function deploy_queue._label(deployment deploy_queue.deployments) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_what text := deployment.component || coalesce('@' || deployment.version, ' run ' || deployment.sequence, '');
begin
  return coalesce('deployment ' || deployment.id || ' (' || v_what || ')', v_what);
end;
$$;
