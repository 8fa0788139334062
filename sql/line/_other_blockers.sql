-- The first ten blockers of a deployment: of the members ahead of it, those that have another key and are no reservations of its component
-- that it passes.
-- Called by _line.
create or replace function deploy_queue._other_blockers(
  blockers jsonb[],
  keys text[],
  own_key text,
  reserved text[] default null,
  component text default null
) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return to_jsonb(array(
    select blockers[ahead] from generate_subscripts(blockers, 1) as ahead
    where keys[ahead] <> own_key and (reserved[ahead] = component) is not true
    limit 10
  ));
end;
$$;
