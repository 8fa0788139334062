-- The members of lines, each line in its order: the holders of the cell and those that have started there before a deployment that
-- entered earlier; then those that wait. A candidate stands where its row says; without an id, it is the last of its priority.
-- Called by _line.
create or replace function deploy_queue._line_members(candidate deploy_queue.deployments, cell_ids integer[])
returns table (
  deployment deploy_queue.deployments,
  cell_id integer,
  policy deploy_queue.policies,
  waits_since timestamptz,
  exclusion_key text,
  is_followed boolean,
  avg_duration interval
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select line.*, usual.avg_duration
  from (
    select
      present.member,
      cell.id,
      cell.policy,
      cell.waits_since,
      deploy_queue._exclusion_key(present.member),
      lead(cell.id) over line is not distinct from cell.id as is_followed
    from (
      -- The fields of the policy are read once for each cell, not for each deployment.
      select *, (cells.policy).longest_buffer as buffer_time, (cells.policy).has_exceptions
      from deploy_queue._line_cells(candidate, cell_ids) as cells
      offset 0
    ) as cell
    cross join lateral (
      -- Each part has an index of its own.
      select deployments as member from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.finish_timestamp > least(v_now - cell.buffer_time, cell.waits_since)
        and ((deployments.finish_timestamp > v_now - cell.buffer_time and deployments.finish_timestamp < v_now + cell.buffer_time)
          or (deployments.start_timestamp > cell.waits_since and coalesce(deployments.place, deployments.id) > cell.first_place))
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.cancellation_timestamp > cell.waits_since
        and deployments.start_timestamp > cell.waits_since
        and coalesce(deployments.place, deployments.id) > cell.first_place
      union all
      select running.deployment from deploy_queue._running as running where running.cell_id = cell.id
      union all
      select queued.deployment from deploy_queue._queued as queued
      where queued.cell_id = cell.id and queued.sequence is null
        and queued.hold is distinct from 'outside' and queued.id is distinct from candidate.id
      union all
      select sequenced.deployment from deploy_queue._sequenced as sequenced
      where sequenced.cell_id = cell.id and (sequenced.deployment).id is distinct from candidate.id
      union all
      select candidate where candidate is distinct from null
    ) as present
    cross join lateral (
      select
        (present.member).start_timestamp is null as waits,
        -- An exception of a freeze goes before those that the freeze holds.
        cell.has_exceptions and (present.member).start_timestamp is null and not deploy_queue._is_exception(present.member)
          as is_ordinary,
        case when (present.member).start_timestamp is null then - (present.member).priority end as rank,
        coalesce((present.member).place, (present.member).id) as number
    ) as stand
    window line as (order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number, (present.member).id nulls first)
    order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number, (present.member).id nulls first
  ) as line
  left join lateral (
    -- A look into the index for each keeps the order. Only members with a waiter behind them need it: no other end is predicted.
    select known.avg_duration from deploy_queue.deployment_durations as known
    where line.is_followed and known.cell_id = line.id and known.component = (line.member).component
      and known.last_finish_timestamp > v_now - interval '3 months'
    offset 0
  ) as usual on true;
end;
$$;
