-- A deployment with a sequence at the place where it stands, or would stand if it entered the line now. One without a sequence stands where
-- its row says. Called by the rule and the forecast.
create or replace function deploy_queue._stand(deployment deploy_queue.deployments) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line deploy_queue.component_lines;
begin
  if deployment.sequence is null or deployment.hold = 'outside' then
    return deployment;
  end if;
  select * into v_line
  from deploy_queue.component_lines as line
  where line.cell_id = deployment.cell_id and line.component = deployment.component
    and line.sequence_scope = coalesce(deployment.sequence_scope, '') and line.priority = deployment.priority;
  deployment.place := coalesce(
    case
      when deployment.id is null then v_line.places[width_bucket(deploy_queue._rank(deployment), v_line.ranks) + 1]
      else v_line.places[array_position(v_line.deployment_ids, deployment.id)]
    end,
    deployment.place
  );
  return deployment;
end;
$$;
