-- Cancels those of the given deployments whose heartbeats stopped or that run for too long, each once however many
-- reap, and returns them.
-- Called by reap_stale_deployments and by try_start for what it waits for.
create or replace function deploy_queue._reap(deployment_ids bigint[]) returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[];
begin
  -- try_start holds a cell when it comes here; skipping what is locked never waits, so that cannot deadlock, and an open
  -- transaction keeps nobody from reaping elsewhere. A row that somebody else has locked is being reaped, ended or kept alive
  -- by them; a cell that somebody else has locked is reaped the next time.
  select array_agg(stale.id) into v_ids
  from (
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    join deploy_queue.environments on environments.environment = deployments.environment
    where deployments.id = any (_reap.deployment_ids)
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
      and (
        deploy_queue._is_silent(deployments.heartbeat_timestamp, environments.heartbeat_timeout)
        or deployments.start_timestamp < v_now - coalesce(deployments.max_duration, environments.max_duration)
        or (deployments.start_timestamp is null and deployments.not_after <= v_now)
      )
      and deploy_queue._may_change(environments.environment)
    for no key update of deployments skip locked
  ) as stale
  where pg_try_advisory_xact_lock(25713, stale.cell_id);

  if v_ids is null then
    return;
  end if;

  perform set_config('deploy_queue.reaping', 'on', true);
  return query
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = format('reaped by %s: %s', deploy_queue._actor(), case
      when deploy_queue._is_silent(deployments.heartbeat_timestamp, environments.heartbeat_timeout)
        then format('no heartbeat since %s', date_trunc('second', deployments.heartbeat_timestamp))
      when deployments.start_timestamp is null
        then format('it was to start before %s', date_trunc('second', deployments.not_after))
      else format('it ran for longer than %s', coalesce(deployments.max_duration, environments.max_duration))
    end)
  from deploy_queue.environments
  where deployments.id = any (v_ids)
    and environments.environment = deployments.environment
  returning deployments.*;
  perform set_config('deploy_queue.reaping', '', true);
end;
$$;
