-- A reason to wait, with the calls that would lift it.
-- Called by the branches of the rule.
create or replace function deploy_queue._reason(
  kind text,
  text text,
  until timestamptz default null,
  cures jsonb default null
) returns deploy_queue.reason
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return row(_reason.kind, _reason.text, _reason.until, null, _reason.cures)::deploy_queue.reason;
end;
$$;
