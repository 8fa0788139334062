-- Renews the leases of many deployments at once; those that have ended, or were taken over by another keeper, are left out.
-- Called by a keeper of many, such as a server for its waiters.
create or replace function deploy_queue.heartbeats(deployment_ids bigint[], keeper text default null)
returns table (beat_again_in interval, deployment_id bigint)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own bigint[] := heartbeats.deployment_ids;
begin
  if (deploy_queue._caller()).environments is not null then
    v_own := array(
      select deployments.id from deploy_queue.deployments
      where deployments.id = any (heartbeats.deployment_ids) and deploy_queue._may_change(deployments.environment)
    );
  end if;
  perform deploy_queue._note_timeline();
  -- In the order in which every statement locks many rows.
  v_own := array(
    select locked.id
    from (
      select deployments.id from deploy_queue.deployments where deployments.id = any (v_own) order by deployments.id for no key update
    ) as locked
  );
  return query
  select beat.beat_again_in, (beat.deployment).id from deploy_queue._beat(v_own, heartbeats.keeper) as beat;
end;
$$;

comment on function deploy_queue.heartbeats(bigint[], text) is
  'Renews the leases of many deployments in one statement; returns those that are kept, and after how long to send the next heartbeat. Those that are missing have ended, or have another keeper.';
