-- Ends a circle of waits that a deployment with a parent is in: the youngest of those that are queued is cancelled, and its id is
-- returned; null when there is no circle, another session is changing the youngest, or the caller may not change it. In the cell of
-- each that is queued, a part of other work is queued too, and its client may.
-- Called by try_start at each "not yet", since bumps, releases and freezes close circles, too.
create or replace function deploy_queue._give_way(candidate deploy_queue.deployments) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_circle bigint[] := deploy_queue._circle(candidate);
  v_youngest deploy_queue.deployments;
  v_first integer;
begin
  if v_circle is null then
    return null;
  end if;

  -- try_start holds a row: to wait for another one could deadlock.
  with youngest as materialized (
    select deployments.*
    from deploy_queue.deployments
    where deployments.id = (select max(queued.id) from deploy_queue._queued as queued where queued.id = any (v_circle))
      and deploy_queue._may_change(deployments.environment)
    for no key update skip locked
  )
  select youngest.* into v_youngest
  from youngest
  where pg_try_advisory_xact_lock(25713, youngest.cell_id);
  if not found then
    return null;
  end if;

  v_first := array_position(v_circle, v_youngest.id);
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_kind = 'gave-way',
    cancellation_note = left('it gave way, since these wait for each other: ' || (
      select string_agg(deploy_queue._label(deployments), ', ' order by member.number)
      from unnest(v_circle[v_first:] || v_circle[:v_first - 1]) with ordinality as member (id, number)
      join deploy_queue.deployments on deployments.id = member.id
    ), 2000)
  where deployments.id = v_youngest.id;
  return v_youngest.id;
end;
$$;
