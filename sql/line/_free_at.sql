-- When a deployment with this exclusion key finds a slot that is free of the others: when all but slots - 1 of them have ended.
-- Called by _line, for every deployment of a line.
create or replace function deploy_queue._free_at(ends timestamptz[], keys text[], key text, slots integer, now timestamptz)
returns timestamptz
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own integer := array_position(keys, _free_at.key);
begin
  -- The ends stand in descending order; its own key stands in nobody's way.
  return coalesce(ends[case when v_own <= slots then slots + 1 else slots end], _free_at.now);
end;
$$;
