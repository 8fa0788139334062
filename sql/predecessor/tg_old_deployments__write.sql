-- Writes what programs of the predecessor write.
-- Fires for every INSERT into the view public.deployments that an adoption leaves, and every UPDATE and DELETE.
create or replace function deploy_queue.tg_old_deployments__write() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row deploy_queue.deployments;
begin
  -- A gate is no deployment.
  if old.id < 0 then
    return null;
  elsif tg_op = 'DELETE' then
    delete from deploy_queue.deployments where deployments.id = old.id;
    return old;
  elsif tg_op = 'INSERT' then
    v_row := deploy_queue._mended(jsonb_populate_record(null::deploy_queue.deployments, to_jsonb(new)));
    insert into deploy_queue.deployments as entered (
      id, environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key, start_timestamp,
      finish_timestamp, cancellation_timestamp, cancellation_note, heartbeat_timestamp, created_at, via_old_names
    ) overriding system value values (
      -- The line draws the ids, unless an operator goes past it.
      case when deploy_queue._bypass_reason() is not null then greatest(v_row.id, 0) else 0 end,
      v_row.environment, v_row.cloud_provider, v_row.region, v_row.cell_index, v_row.component, v_row.version, v_row.url, v_row.note,
      v_row.concurrency_key, v_row.start_timestamp, v_row.finish_timestamp, v_row.cancellation_timestamp, v_row.cancellation_note,
      v_row.heartbeat_timestamp, v_row.created_at, true
    ) returning entered.* into v_row;
  else
    v_row := deploy_queue._write_old(
      jsonb_populate_record(null::deploy_queue.deployments, to_jsonb(old)),
      jsonb_populate_record(null::deploy_queue.deployments, to_jsonb(new))
    );
    if v_row.id is null then
      return null;
    end if;
  end if;
  return jsonb_populate_record(new, to_jsonb(v_row));
end;
$$;
