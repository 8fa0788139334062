-- Renews the leases of those that wait, for the bearers of secrets that follow them and have entered them: their connection to a server is
-- their sign of life. What runs is not kept: it needs the heartbeats of its keeper. As a look does, it reaps the dead that they wait for.
-- Called by servers, for all their streams at once.
create or replace function deploy_queue.keep_waits(followers jsonb) returns table (number integer, beat_again_in interval)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_principals jsonb := deploy_queue._known_credentials(keep_waits.followers);
  v_numbers bigint[];
  v_own bigint[];
  v_locked bigint[];
begin
  select array_agg(asked.number), array_agg(deployments.id) into v_numbers, v_own
  from jsonb_array_elements(keep_waits.followers) with ordinality as asked (follower, number)
  join deploy_queue.deployments on deployments.id = (asked.follower ->> 'deployment_id')::bigint
  where deployments.start_timestamp is null
    and deployments.cancellation_timestamp is null
    and deployments.alive_until is not null
    and deployments.entered_by = v_principals ->> (asked.follower ->> 'credential')
    -- One who only looks on must not keep the place of a dead process, and one whose place was taken over keeps it no more.
    and deployments.keeper is not distinct from asked.follower ->> 'keeper';
  -- What another session has locked must not hold up the others; it is not reaped meanwhile.
  v_locked := array(
    select deployments.id from deploy_queue.deployments
    where deployments.id = any (v_own) and deployments.start_timestamp is null
    for no key update skip locked
  );

  return query
  with beats as materialized (
    select beat.beat_again_in, (beat.deployment).id from deploy_queue._beat(v_locked, null) as beat
    union all
    select interval '1 second', missed.id from (select unnest(v_own) except select unnest(v_locked)) as missed (id)
  )
  select asked.number::integer, beats.beat_again_in
  from unnest(v_numbers, v_own) as asked (number, id)
  join beats on beats.id = asked.id;

  perform deploy_queue._reap(array(
    select live.id
    from deploy_queue._live_deployments as live
    where live.cell_id in (select kept.cell_id from deploy_queue.deployments as kept where kept.id = any (v_own))
      and (live.alive_until is not null or live.start_timestamp is not null or live.not_after is not null)
  ));
end;
$$;

comment on function deploy_queue.keep_waits(jsonb) is
  'Renews the leases of waiting deployments for those who follow them. followers: an array of objects with the credential, the SHA-256 of a secret as hexadecimal digits, the deployment_id, and the keeper, as it was given to enqueue(). Returns those that are kept, by their number from 1, and after how long to call this again. Those that are missing have started or ended, promised no heartbeats, were entered by another principal, or have another keeper.';
