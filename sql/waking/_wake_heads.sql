-- Locks the cells of a place, in order, and wakes those at the heads of their lines whom a freeze held that has ended, or
-- whom a new one lets pass others. Called by the trigger of freezes.
create or replace function deploy_queue._wake_heads(placed deploy_queue.freezes, held boolean) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
  v_passes boolean;
begin
  for v_cell_id in
    select cells.id
    from deploy_queue.cells
    where cells.environment = placed.environment
      and (placed.cloud_provider is null or cells.cloud_provider = placed.cloud_provider)
      and (placed.region is null or cells.region = placed.region)
      and (placed.cell_index is null or cells.cell_index = placed.cell_index)
    order by cells.id
  loop
    -- A start that is being decided now is over before this returns, and the next one sees the freeze as it is then.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      v_passes := deploy_queue._passes(v_head, placed);
      if v_passes <> _wake_heads.held and (_wake_heads.held or exists (
        select
        from deploy_queue.deployments as overtaken
        where overtaken.cell_id = v_cell_id
          and overtaken.start_timestamp is null
          and overtaken.finish_timestamp is null
          and overtaken.cancellation_timestamp is null
          and deploy_queue._is_ahead(overtaken, v_head)
          and not deploy_queue._passes(overtaken, placed)
      )) then
        perform deploy_queue._wake(v_head);
      end if;
    end loop;
  end loop;
end;
$$;
