-- Drops samples older than 3 months from the usual durations, for so many groups at most. Returns how many it refreshed.
-- Called by the background worker until it returns 0; finishes keep their own group right.
create or replace function deploy_queue.refresh_durations(batch_size integer default 20) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
  v_group record;
  v_count integer := 0;
begin
  for v_group in
    select known.cell_id, known.component
    from deploy_queue.deployment_durations as known
    where known.first_finish_timestamp <= v_since
    order by known.cell_id, known.component
    limit batch_size
  loop
    perform deploy_queue._lock_cell(v_group.cell_id);
    delete from deploy_queue.deployment_durations as known
    where known.cell_id = v_group.cell_id and known.component = v_group.component;
    perform deploy_queue._measure(v_group.cell_id, v_group.component);
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function deploy_queue.refresh_durations(integer) is
  'Brings up to date the usual durations that contain samples older than 3 months; returns how many, 0 when none is left.';
