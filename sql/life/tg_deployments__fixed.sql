-- Keeps a deployment what it was when it entered the line.
-- Fires for every UPDATE that names a column which never changes, before the guard, which sets some of them; by columns, so
-- that the transitions of every day do not compare them all.
create or replace function deploy_queue.tg_deployments__fixed() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed text;
  -- What is known by then becomes known with the redemption of a reservation, once.
  v_is_redeemed boolean := old.reserved_until is not null and new.reserved_until is null;
begin
  -- The guard refuses changes of ended deployments, with a better message.
  if deploy_queue._has_ended(old) then
    return new;
  end if;

  new := deploy_queue._as_it_was(old, new);
  select string_agg(field.key, ', ' order by field.key) into v_changed
  from jsonb_each(to_jsonb(new)) as field
  where field.value is distinct from to_jsonb(old) -> field.key
    and field.key not in (
      'start_timestamp', 'finish_timestamp', 'cancellation_timestamp', 'cancellation_note', 'heartbeat_timestamp',
      'updated_at', 'priority', 'hold', 'release_key', 'kept', 'keeper', 'alive_until', 'stop_timestamp', 'stop_grace',
      'cancellation_kind', 'confirmation', 'verifying_since', 'verified_at'
    )
    and not (v_is_redeemed and (
      field.key = 'reserved_until' or field.key in ('version', 'artifact', 'url') and to_jsonb(old) -> field.key = 'null'
    ));
  if v_changed is not null then
    perform deploy_queue._refuse_change(old, v_changed);
  end if;
  return new;
end;
$$;

create or replace trigger tg_deployments__fixed
before update of
  id, environment, cloud_provider, region, cell_index, cell_id, component, version, url, note, concurrency_key,
  idempotency_key, max_duration, created_at, place, not_before, not_after, command, entered_by, actor, forced, parent_id, joined_id, slot, sequence,
  sequence_scope, artifact, reserved_until, rollback_of, via_old_names
on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__fixed();
