-- The ends of the slots of a cell as far as they decide when a later deployment starts: the latest ones, with their exclusion keys, after
-- another deployment has its end. Called by _line, for every deployment of a line.
create or replace function deploy_queue._occupy(
  inout ends timestamptz[],
  inout keys text[],
  key text,
  until timestamptz,
  at_most integer
)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz := _occupy.until;
  v_at integer := array_position(keys, _occupy.key);
begin
  if v_at is not null then
    v_until := greatest(v_until, ends[v_at]);
    ends := ends[:v_at - 1] || ends[v_at + 1:];
    keys := keys[:v_at - 1] || keys[v_at + 1:];
  end if;
  v_at := 1;
  while ends[v_at] > v_until loop
    v_at := v_at + 1;
  end loop;
  ends := (ends[:v_at - 1] || v_until || ends[v_at:])[:_occupy.at_most];
  keys := (keys[:v_at - 1] || _occupy.key || keys[v_at:])[:_occupy.at_most];
end;
$$;
