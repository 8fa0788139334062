-- How messages name a cell: "prod-aws-us-west-2-cell-1".
-- Called by the rule and the events of lines that are stopped.
create or replace function deploy_queue._cell_name(environment text, cloud_provider text, region text, cell_index integer) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('%s-%s-%s-cell-%s', _cell_name.environment, _cell_name.cloud_provider, _cell_name.region, _cell_name.cell_index);
end;
$$;
