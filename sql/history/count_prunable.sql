-- How many deployments of an environment prune_history would remove if it had this retention.
-- Called by clients before they set it. Reads all of the environment's history, from indexes.
create or replace function deploy_queue.count_prunable(environment text, retention interval) returns bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The clock is read once, and not for each row.
  with cutoff (moment) as materialized (select deploy_queue._now() - $2)
  select
    (
      -- The newest of each component in each cell stays.
      select coalesce(sum(kind.old - kind.newest_is_old::integer), 0)::bigint
      from (
        select
          count(*) filter (where finished.finish_timestamp < (select cutoff.moment from cutoff)) as old,
          max(finished.finish_timestamp) < (select cutoff.moment from cutoff) as newest_is_old
        from deploy_queue.cells
        join deploy_queue.deployments as finished on finished.cell_id = cells.id
        where cells.environment = $1
          and finished.finish_timestamp is not null
        group by finished.cell_id, finished.component
      ) as kind
    ) + (
      select count(*)
      from deploy_queue.cells
      join deploy_queue.deployments as cancelled on cancelled.cell_id = cells.id
      where cells.environment = $1
        and cancelled.cancellation_timestamp < (select cutoff.moment from cutoff)
    );
$$;

comment on function deploy_queue.count_prunable(text, interval) is
  'How many ended deployments of an environment are older than this retention: prune_history would remove them.';
