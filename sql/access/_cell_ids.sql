-- The cells of these names, such as prod-aws-us-west-2-cell-1. Refuses a name that is not that of one cell.
-- Called by add_trust.
create or replace function deploy_queue._cell_ids(names text[]) returns integer[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text;
  v_found integer[];
  v_ids integer[] := case when _cell_ids.names is not null then '{}'::integer[] end;
begin
  foreach v_name in array coalesce(_cell_ids.names, '{}') loop
    v_found := array(
      select cells.id from deploy_queue.cells
      where deploy_queue._cell_name(cells.environment, cells.cloud_provider, cells.region, cells.cell_index) = v_name
    );
    if cardinality(v_found) <> 1 then
      raise exception using errcode = 'QD043', message = case cardinality(v_found)
          when 0 then format('there is no cell %s', quote_literal(v_name))
          else format('%s cells have the name %s', cardinality(v_found), quote_literal(v_name))
        end,
        hint = 'deploy_queue.cells lists them; deploy_queue.add_cell() adds one.';
    end if;
    v_ids := v_ids || v_found;
  end loop;
  return v_ids;
end;
$$;
