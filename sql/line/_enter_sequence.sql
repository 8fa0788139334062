-- Gives a waiting deployment its place among those of its component: it adds the given place to those that they hold together, and takes
-- the one that its sequence deserves. Returns how many of them stand behind it.
-- Called by _sort_in, under the lock of the cell.
create or replace function deploy_queue._enter_sequence(deployment deploy_queue.deployments, place bigint) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rank bigint := deploy_queue._rank(deployment);
  v_line deploy_queue.component_lines;
  v_ahead integer;
  v_before integer;
begin
  select * into v_line
  from deploy_queue.component_lines as line
  where line.cell_id = deployment.cell_id and line.component = deployment.component
    and line.sequence_scope = coalesce(deployment.sequence_scope, '') and line.priority = deployment.priority;
  if not found then
    insert into deploy_queue.component_lines (cell_id, component, sequence_scope, priority, deployment_ids, ranks, places)
    values (
      deployment.cell_id, deployment.component, coalesce(deployment.sequence_scope, ''), deployment.priority,
      array[deployment.id], array[v_rank], array[_enter_sequence.place]
    );
    return 0;
  end if;

  -- Both arrays are sorted, so this is a binary search. Equal ones stand in the order of their ids.
  v_ahead := width_bucket(v_rank, v_line.ranks);
  while v_line.ranks[v_ahead] = v_rank and v_line.deployment_ids[v_ahead] > deployment.id loop
    v_ahead := v_ahead - 1;
  end loop;
  v_before := width_bucket(_enter_sequence.place, v_line.places);
  update deploy_queue.component_lines as line
  set deployment_ids = v_line.deployment_ids[:v_ahead] || deployment.id || v_line.deployment_ids[v_ahead + 1:],
    ranks = v_line.ranks[:v_ahead] || v_rank || v_line.ranks[v_ahead + 1:],
    places = v_line.places[:v_before] || _enter_sequence.place || v_line.places[v_before + 1:]
  where line.cell_id = v_line.cell_id and line.component = v_line.component
    and line.sequence_scope = v_line.sequence_scope and line.priority = v_line.priority;
  return cardinality(v_line.ranks) - v_ahead;
end;
$$;
