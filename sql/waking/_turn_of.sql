-- When a waiting deployment may start, as far as that is known: "-infinity" is now, "infinity" is unknown.
-- Called by what wakes those whose turn comes earlier than before.
create or replace function deploy_queue._turn_of(candidate deploy_queue.deployments) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((
    select max(coalesce(reason.until, 'infinity')) from unnest(deploy_queue._waiting_on(candidate)) as reason
  ), '-infinity');
end;
$$;
