-- Takes a deployment that waits no more, or waits elsewhere, from among those of its component, with the place where it stands.
-- Returns that place; null when it is not among them. Called by the guard and by _sort_in, under the lock of the cell.
create or replace function deploy_queue._leave_sequence(deployment deploy_queue.deployments) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line deploy_queue.component_lines;
  v_at integer;
begin
  -- Its priority may be another one by now.
  select * into v_line
  from deploy_queue.component_lines as line
  where line.cell_id = deployment.cell_id and line.component = deployment.component
    and line.sequence_scope = coalesce(deployment.sequence_scope, '') and deployment.id = any (line.deployment_ids);
  if not found then
    return null;
  end if;

  v_at := array_position(v_line.deployment_ids, deployment.id);
  if cardinality(v_line.deployment_ids) = 1 then
    delete from deploy_queue.component_lines as line
    where line.cell_id = v_line.cell_id and line.component = v_line.component
      and line.sequence_scope = v_line.sequence_scope and line.priority = v_line.priority;
  else
    update deploy_queue.component_lines as line
    set deployment_ids = v_line.deployment_ids[:v_at - 1] || v_line.deployment_ids[v_at + 1:],
      ranks = v_line.ranks[:v_at - 1] || v_line.ranks[v_at + 1:],
      places = v_line.places[:v_at - 1] || v_line.places[v_at + 1:]
    where line.cell_id = v_line.cell_id and line.component = v_line.component
      and line.sequence_scope = v_line.sequence_scope and line.priority = v_line.priority;
  end if;
  return v_line.places[v_at];
end;
$$;
