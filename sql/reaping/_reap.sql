-- Cancels those of the given deployments whose lease is over or that did not start in time, and asks the keepers of those that run for too
-- long to stop; each once however many reap. Returns them.
-- Called by reap_stale_deployments and by try_start for what it waits for.
create or replace function deploy_queue._reap(deployment_ids bigint[]) returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
  v_id bigint;
begin
  perform deploy_queue._note_write();

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

  foreach v_id in array deploy_queue._from_the_end(v_ids) loop
    return query
    update deploy_queue.deployments
    set cancellation_timestamp = deploy_queue._now(),
      -- Without a kind, the guard asks the keeper that is alive to stop.
      cancellation_kind = case when deployments.start_timestamp is null or not deploy_queue._is_kept(deployments) then
        'reaped'::deploy_queue.cancellation_kind end,
      cancellation_note = case
        when deployments.stop_timestamp is not null then deployments.cancellation_note
        when deployments.start_timestamp is not null and deploy_queue._is_kept(deployments)
          then format('it ran for longer than %s', coalesce(deployments.max_duration, (
            select demands.max_duration from deploy_queue._demands(deployments.environment, deployments.component) as demands
          )))
        else format('reaped by %s: %s', deploy_queue._actor(), case
          when deployments.start_timestamp is null and deployments.not_after <= deploy_queue._now()
            then format('it was to start before %s', date_trunc('second', deployments.not_after))
          when deployments.start_timestamp is null and deployments.reserved_until <= deploy_queue._now()
            then format('its reservation was not redeemed until %s', date_trunc('second', deployments.reserved_until))
          when deployments.alive_until is null
            then format('it ran for longer than %s', coalesce(deployments.max_duration, (
            select demands.max_duration from deploy_queue._demands(deployments.environment, deployments.component) as demands
          )))
          else format('no heartbeat since %s', date_trunc('second', deployments.heartbeat_timestamp))
        end)
      end
    where deployments.id = v_id and not deploy_queue._has_ended(deployments)
    returning deployments.*;
  end loop;
end;
$$;
