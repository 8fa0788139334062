import type { TestSql } from "./database.js";

/**
 * Pairs of deployments of one cell, without a common key, of which the events say that they ran at the same moment. The
 * events of a cell are numbered under its lock, so their numbers are the order in which things happened.
 */
export async function overlapsInEvents(sql: TestSql): Promise<{ id: number; other_id: number }[]> {
  return sql`
    with runs as (
      select deployments.id, cell_id, concurrency_key, started.id as started,
        coalesce(ended.id, 9223372036854775807) as ended
      from deploy_queue.deployment_events as started
      join deploy_queue.deployments on deployments.id = started.deployment_id
      left join deploy_queue.deployment_events as ended
        on ended.deployment_id = started.deployment_id and ended.kind in ('finished', 'cancelled', 'reaped')
      where started.kind = 'started'
    )
    select one.id, other.id as other_id
    from runs as one
    join runs as other on other.cell_id = one.cell_id and other.started > one.started and other.started < one.ended
    where (one.concurrency_key = other.concurrency_key) is not true`;
}
