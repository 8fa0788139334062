-- The error of whoever changes what a deployment is, or takes its start back; silent when neither happened.
-- Called by the guard.
create or replace function deploy_queue._refuse_new_identity(
  old_row deploy_queue.deployments,
  new_row deploy_queue.deployments
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed text;
begin
  if (
    old_row.id, old_row.environment, old_row.cloud_provider, old_row.region, old_row.cell_index, old_row.cell_id,
    old_row.component, old_row.version, old_row.url, old_row.note, old_row.concurrency_key, old_row.idempotency_key,
    old_row.max_duration, old_row.created_at, old_row.place, old_row.not_before, old_row.not_after, old_row.command,
    old_row.entered_by, old_row.forced
  ) is distinct from (
    new_row.id, new_row.environment, new_row.cloud_provider, new_row.region, new_row.cell_index, new_row.cell_id,
    new_row.component, new_row.version, new_row.url, new_row.note, new_row.concurrency_key, new_row.idempotency_key,
    new_row.max_duration, new_row.created_at, new_row.place, new_row.not_before, new_row.not_after, new_row.command,
    new_row.entered_by, new_row.forced
  ) or (
    old_row.start_timestamp is not null
    and (new_row.start_timestamp, new_row.priority) is distinct from (old_row.start_timestamp, old_row.priority)
  ) or (
    -- A hold can only be taken away.
    new_row.hold is not null and new_row.hold is distinct from old_row.hold
  ) then
    select string_agg(field.key, ', ' order by field.key) into v_changed
    from jsonb_each(to_jsonb(new_row)) as field
    where field.value is distinct from to_jsonb(old_row) -> field.key
      and field.key not in (
        'finish_timestamp', 'cancellation_timestamp', 'cancellation_note', 'heartbeat_timestamp', 'updated_at'
      );

    raise exception using
      errcode = 'QD007',
      message = format('%s cannot change its %s', deploy_queue._label(old_row), v_changed),
      hint = 'Cancel it and enter the line with a new deployment.';
  end if;
end;
$$;
