-- Who is in the lines of cells, each in its order: those who occupy the cell, or have started there while somebody waited
-- who entered the line before them, then those who wait. A candidate stands where its row says; without an id, it is the last of
-- its priority. No cells are all in which somebody waits. Called by _line.
create or replace function deploy_queue._line_members(
  candidate deploy_queue.deployments,
  cell_ids integer[]
)
returns table (
  deployment deploy_queue.deployments,
  cell_id integer,
  waits_since timestamptz,
  buffer_time interval,
  heartbeat_interval interval,
  heartbeat_timeout interval,
  has_policies boolean,
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
      cell.waits_since,
      cell.buffer_time,
      cell.heartbeat_interval,
      cell.heartbeat_timeout,
      cell.has_policies,
      coalesce('key ' || (present.member).concurrency_key, 'id ' || (present.member).id),
      lead(cell.id) over line is not distinct from cell.id as is_followed
    from (
      select
        asked.id,
        asked.waits_since,
        asked.first_place,
        environments.buffer_time,
        environments.heartbeat_interval,
        environments.heartbeat_timeout,
        -- Most environments have neither freezes nor windows.
        exists (
          select from deploy_queue.freezes where freezes.environment = environments.environment and freezes.lifted_at is null
        ) or exists (
          select from deploy_queue.maintenance_windows as policy where policy.environment = environments.environment
        ) as has_policies
      from (
        select queued.cell_id as id, min(queued.created_at) as waits_since, min(coalesce(queued.place, queued.id)) as first_place
        from deploy_queue.deployments as queued
        where queued.start_timestamp is null
          and queued.finish_timestamp is null
          and queued.cancellation_timestamp is null
          and queued.hold is distinct from 'outside'
          and (cell_ids is null or queued.cell_id = any (cell_ids))
          and candidate is not distinct from null
        group by queued.cell_id
        union all
        -- Whoever asks for one place does not ask who overtook.
        select one.id, null, null from unnest(cell_ids) as one (id) where candidate is distinct from null
      ) as asked
      left join deploy_queue.cells on cells.id = asked.id
      join deploy_queue.environments on environments.environment = coalesce(cells.environment, candidate.environment)
      -- All this once a cell, not once a deployment.
      offset 0
    ) as cell
    cross join lateral (
      -- Each part has an index of its own.
      select deployments as member from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.finish_timestamp > least(v_now - cell.buffer_time, cell.waits_since)
        and (deployments.finish_timestamp > v_now - cell.buffer_time
          or (deployments.start_timestamp > cell.waits_since and coalesce(deployments.place, deployments.id) > cell.first_place))
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.cancellation_timestamp > cell.waits_since
        and deployments.start_timestamp > cell.waits_since
        and coalesce(deployments.place, deployments.id) > cell.first_place
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.start_timestamp is not null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.start_timestamp is null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
        and deployments.hold is distinct from 'outside'
        and deployments.id is distinct from candidate.id
      union all
      select candidate where candidate is distinct from null
    ) as present
    cross join lateral (
      select
        (present.member).start_timestamp is null as waits,
        -- Whom a freeze lets pass goes before those whom it holds.
        cell.has_policies and (present.member).start_timestamp is null and not deploy_queue._is_exception(present.member) as is_ordinary,
        case when (present.member).start_timestamp is null then - (present.member).priority end as rank,
        coalesce((present.member).place, (present.member).id) as number
    ) as stand
    window line as (order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number)
    order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number
  ) as line
  left join lateral (
    select known.avg_duration
    from deploy_queue.deployment_durations as known
    -- Nobody else asks how long it takes.
    where line.is_followed
      and known.cell_id = line.id
      and known.component = (line.member).component
      and known.last_finish_timestamp > v_now - interval '3 months'
    -- Looked up one by one, which keeps the order: nobody can estimate how many are in line.
    offset 0
  ) as usual on true;
end;
$$;
