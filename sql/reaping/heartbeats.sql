-- Renews the leases of many deployments at once; those that have ended, or were taken over by another keeper, are left out. A row that
-- another session has locked must not hold up the others; it is not reaped meanwhile.
-- Called by a keeper of many, such as a server for its waiters.
create or replace function deploy_queue.heartbeats(deployment_ids bigint[], keeper text default null)
returns table (beat_again_in interval, deployment_id bigint)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own bigint[] := heartbeats.deployment_ids;
  v_locked bigint[];
begin
  if (deploy_queue._caller()).environments is not null then
    v_own := array(
      select deployments.id from deploy_queue.deployments
      where deployments.id = any (heartbeats.deployment_ids) and deploy_queue._may_change(deployments.environment)
    );
  end if;
  v_locked := array(
    select deployments.id from deploy_queue.deployments where deployments.id = any (v_own) for no key update skip locked
  );
  return query
  select beat.beat_again_in, (beat.deployment).id from deploy_queue._beat(v_locked, heartbeats.keeper) as beat
  union all
  select interval '1 second', deployments.id
  from deploy_queue.deployments
  where deployments.id = any (array(select unnest(v_own) except select unnest(v_locked)))
    and not deploy_queue._has_ended(deployments)
    and (deployments.keeper <> heartbeats.keeper) is not true;
end;
$$;

comment on function deploy_queue.heartbeats(bigint[], text) is
  'Renews the leases of many deployments in one statement; returns those that are kept, and after how long to send the next heartbeat. One that another session has just locked is not renewed, and comes back with one second. Those that are missing have ended, or have another keeper.';
