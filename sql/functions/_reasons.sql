-- The rule as an array, in the order in which people are told: what withholds it, then the others in the cell.
-- Called by try_start and _refuse_blocked.
create or replace function deploy_queue._reasons(candidate deploy_queue.deployments) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select reason from deploy_queue._waiting_on(candidate) as reason order by reason.deployment_id nulls first
  );
end;
$$;
