-- When a member of a line finds a slot that is free of those ahead of it, but for the reservations of its component, which it passes. taken,
-- untils, reserved: the slots that those ahead take, until when, and the components of such reservations.
-- Called by _line.
create or replace function deploy_queue._free_past(
  taken text[],
  untils timestamptz[],
  reserved text[],
  component text,
  key text,
  slots integer,
  now timestamptz
) returns timestamptz
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ends timestamptz[] := '{}';
  v_keys text[] := '{}';
begin
  for v_ahead in 1..cardinality(taken) loop
    continue when reserved[v_ahead] = component;
    select occupied.ends, occupied.keys into v_ends, v_keys
    from deploy_queue._occupy(v_ends, v_keys, taken[v_ahead], untils[v_ahead], slots + 1) as occupied;
  end loop;
  return deploy_queue._free_at(v_ends, v_keys, key, slots, now);
end;
$$;
