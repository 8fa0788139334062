-- THE RULE, the gates: what must be said or shown before a deployment may start. A new gate is a new branch.
-- Called by _withheld where a gate is set.
create or replace function deploy_queue._gates(candidate deploy_queue.deployments) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
begin
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);
  return '{}';
end;
$$;
