-- A gate in its state: a shut one has the calls that would open it, and the moment when that is only a matter of time.
-- Called by the gates.
create or replace function deploy_queue._gate(
  kind text,
  is_open boolean,
  text text,
  until timestamptz default null,
  cures jsonb default null
) returns deploy_queue.gate
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return row(_gate.kind, _gate.is_open, _gate.text, case when not _gate.is_open then _gate.until end, null,
    case when not _gate.is_open then _gate.cures end)::deploy_queue.gate;
end;
$$;
