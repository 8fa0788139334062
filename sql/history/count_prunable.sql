-- How many deployments of an environment prune_history would remove if it had this retention.
-- Called by clients before they set it. Reads all of the environment's history that is older.
create or replace function deploy_queue.count_prunable(environment text, retention interval) returns bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    (
      select count(*)
      from deploy_queue.cells
      join deploy_queue.deployments as finished on finished.cell_id = cells.id
      where cells.environment = $1
        and finished.finish_timestamp < deploy_queue._now() - $2
        and exists (
          select from deploy_queue.deployments as newer
          where newer.cell_id = finished.cell_id
            and newer.component = finished.component
            and newer.finish_timestamp > finished.finish_timestamp
        )
    ) + (
      select count(*)
      from deploy_queue.cells
      join deploy_queue.deployments as cancelled on cancelled.cell_id = cells.id
      where cells.environment = $1
        and cancelled.cancellation_timestamp < deploy_queue._now() - $2
    );
$$;

comment on function deploy_queue.count_prunable(text, interval) is
  'How many ended deployments of an environment are older than this retention: prune_history would remove them.';
