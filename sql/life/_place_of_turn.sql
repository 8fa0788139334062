-- The place that a question names, without an id; the only cell of the environment where it names none.
-- Called by ask_turn.
create or replace function deploy_queue._place_of_turn(environment text, cloud_provider text, region text, cell_index integer)
returns deploy_queue.cells
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := btrim(_place_of_turn.environment);
  v_cells deploy_queue.cells[];
  v_cell deploy_queue.cells;
begin
  perform deploy_queue._require_environment(v_environment);
  if num_nulls(_place_of_turn.cloud_provider, _place_of_turn.region, _place_of_turn.cell_index) = 0 then
    v_cell.environment := v_environment;
    v_cell.cloud_provider := btrim(_place_of_turn.cloud_provider);
    v_cell.region := btrim(_place_of_turn.region);
    v_cell.cell_index := _place_of_turn.cell_index;
    return v_cell;
  end if;
  v_cells := array(
    select cells from deploy_queue.cells where cells.environment = v_environment and cells.retired_at is null
  );
  if cardinality(v_cells) <> 1 or num_nonnulls(_place_of_turn.cloud_provider, _place_of_turn.region, _place_of_turn.cell_index) > 0 then
    raise exception using errcode = 'QD073',
      message = format('ask_turn needs cloud_provider, region and cell_index: environment %s has %s cells', v_environment, cardinality(v_cells));
  end if;
  return v_cells[1];
end;
$$;
