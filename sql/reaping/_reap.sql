-- Cancels those of the given deployments whose heartbeats stopped or that run for too long, each once however many
-- reap, and returns them.
-- Called by reap_stale_deployments and by try_start for what it waits for.
create or replace function deploy_queue._reap(deployment_ids bigint[]) returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
begin
  -- try_start holds a cell when it calls this. Locked rows and cells are skipped, so this never waits: it cannot deadlock, and an
  -- open transaction hinders no reaping elsewhere. A row that another session has locked is being reaped, ended or kept alive there.
  -- A cell that another session has locked is reaped the next time.
  with stale as materialized (
    -- Materialized, so that rows are locked first: else PostgreSQL would try the cell of every row that it reads, before the row.
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    where deployments.id = any (array(select deploy_queue._stale(_reap.deployment_ids)))
    for no key update skip locked
  )
  select array_agg(stale.id) into v_ids
  from stale
  where pg_try_advisory_xact_lock(25713, stale.cell_id);
  -- Checked again, now that no other session can change them.
  v_ids := array(select deploy_queue._stale(v_ids));

  if v_ids = '{}' then
    return;
  end if;

  perform set_config('deploy_queue.reaping', 'on', true);
  return query
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = format('reaped by %s: %s', deploy_queue._actor(), case
      when deployments.heartbeat_timestamp < deploy_queue._silent_before(environments.heartbeat_timeout)
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
