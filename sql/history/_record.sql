-- Leaves an event of a deployment; who, from where and by which program are defaults of the table.
-- Called by the trigger that records transitions, and with each wake-up.
create or replace function deploy_queue._record(
  deployment_id bigint,
  occurred_at timestamptz,
  kind text,
  from_state deploy_queue.deployment_status,
  to_state deploy_queue.deployment_status,
  reason text default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason)
  values (
    _record.deployment_id, _record.occurred_at, _record.kind, _record.from_state, _record.to_state, _record.reason
  );
end;
$$;
