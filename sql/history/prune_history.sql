-- Removes deployments that ended before the retention of their environment, with their events and approvals, at most one batch. The newest
-- finished deployment of each component in each cell stays: it says what is deployed there. When versions first finished is kept. Returns how many it removed.
-- Called by the background worker until it returns 0; takes no lock that the queue needs.
create or replace function deploy_queue.prune_history(batch_size integer default 1000) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[];
  -- A few of each cell, because deployments that ended at about the same time stand together on the disk: cell by cell, every batch
  -- would write to as many pages as it has rows. The share grows when few cells have anything to remove.
  v_share integer := 1 + batch_size / (1 + (select count(*) from deploy_queue.cells));
begin
  loop
    select array_agg(old.id) into v_ids
    from (
      select ended.id
      from deploy_queue.environments
      join deploy_queue.cells on cells.environment = environments.environment
      cross join lateral (
        (
          select finished.id from deploy_queue.deployments as finished
          where finished.cell_id = cells.id
            and finished.finish_timestamp < v_now - environments.retention
            and exists (
              select from deploy_queue.deployments as newer
              where newer.cell_id = finished.cell_id
                and newer.component = finished.component
                and newer.finish_timestamp > finished.finish_timestamp
            )
          -- In the order of the index, the scan stops after the share.
          order by finished.finish_timestamp
          limit v_share
        )
        union all
        (
          select cancelled.id from deploy_queue.deployments as cancelled
          where cancelled.cell_id = cells.id
            and cancelled.cancellation_timestamp < v_now - environments.retention
          order by cancelled.cancellation_timestamp
          limit v_share
        )
      ) as ended
      where environments.retention is not null
        and deploy_queue._may_change(environments.environment)
      limit batch_size
    ) as old;
    -- "is not false" also ends the loop when there is nothing to remove, or no limit.
    exit when (cardinality(v_ids) * 2 >= batch_size or v_share >= batch_size) is not false;
    v_share := v_share * 8;
  end loop;

  if v_ids is null then
    perform deploy_queue._prune_checks();
    perform deploy_queue._prune_sessions();
    perform deploy_queue._prune_webhooks();
    return 0;
  end if;
  perform deploy_queue._keep_finishes(v_ids);
  perform deploy_queue._keep_bodies(v_ids);
  perform set_config('deploy_queue.maintenance', 'on', true);
  delete from deploy_queue.deployment_events where deployment_events.deployment_id = any (v_ids);
  delete from deploy_queue.deployment_logs where deployment_logs.deployment_id = any (v_ids);
  delete from deploy_queue.approvals where approvals.deployment_id = any (v_ids);
  delete from deploy_queue.work where work.deployment_id = any (v_ids);
  delete from deploy_queue.deployments where deployments.id = any (v_ids);
  perform set_config('deploy_queue.maintenance', '', true);
  return cardinality(v_ids);
end;
$$;

comment on function deploy_queue.prune_history(integer) is
  'Removes a batch of deployments that ended longer ago than environments.retention; returns how many, 0 when none is left.';
