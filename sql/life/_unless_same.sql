-- A timestamp that is to replace another one, or that one where it only lacks its microseconds.
-- Called by _as_it_was. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._unless_same(was timestamptz, becomes timestamptz) returns timestamptz
language sql stable
as $$
  select case
    when becomes = date_trunc('milliseconds', becomes) and becomes > was - interval '1 ms' and becomes < was + interval '1 ms' then was
    else becomes
  end;
$$;
