-- How messages name what a freeze covers: "prod", "prod-aws", "prod-aws-us-west-2", "prod-aws-us-west-2-cell-1".
-- Called by the rule and the events of freezes.
create or replace function deploy_queue._freeze_label(placed deploy_queue.freezes) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return concat_ws('-', placed.environment, placed.cloud_provider, placed.region, 'cell-' || placed.cell_index);
end;
$$;
