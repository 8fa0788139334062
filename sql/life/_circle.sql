-- The waits that lead from a queued deployment back to itself, as ids in their order; null when none do. A queued one waits for its
-- blockers; a running one waits for those that are a part of its work.
-- Called by _give_way, for deployments that have a parent: no others close a circle.
create or replace function deploy_queue._circle(candidate deploy_queue.deployments) returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reached bigint[] := array[candidate.id];
  -- By which of them each was reached.
  v_from integer[] := array[0];
  v_at integer := 0;
  v_next bigint;
  v_path bigint[] := '{}';
begin
  while v_at < cardinality(v_reached) loop
    v_at := v_at + 1;
    for v_next in select deploy_queue._waits_for(deploy_queue._deployment(v_reached[v_at]), candidate.id) loop
      if v_next = candidate.id then
        while v_at > 0 loop
          v_path := v_reached[v_at] || v_path;
          v_at := v_from[v_at];
        end loop;
        return v_path;
      end if;
      if v_next <> all (v_reached) then
        v_reached := v_reached || v_next;
        v_from := v_from || v_at;
      end if;
    end loop;
  end loop;
  return null;
end;
$$;
