-- Who is in the lines of cells, each in its order: those who occupy the cell, then those who wait, what withholds these and
-- how many that entered the line later have started before them. A candidate stands where its row says; without an id, it is
-- the last of its priority. Called by _line.
create or replace function deploy_queue._line_members(
  candidate deploy_queue.deployments,
  cell_ids integer[]
)
returns table (
  deployment deploy_queue.deployments,
  cell_id integer,
  buffer_time interval,
  heartbeat_timeout interval,
  silent_since timestamptz,
  avg_duration interval,
  exclusion_key text,
  withheld jsonb,
  withheld_until timestamptz,
  stands_aside boolean,
  overtaken integer,
  is_followed boolean
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select
    present.member,
    cell.id,
    cell.buffer_time,
    cell.heartbeat_timeout,
    -- Of its last two beats nothing was heard.
    case
      when (present.member).finish_timestamp is null and (present.member).heartbeat_timestamp < v_now - 2 * cell.heartbeat_interval
        then (present.member).heartbeat_timestamp
    end,
    usual.avg_duration,
    coalesce('key ' || (present.member).concurrency_key, 'id ' || (present.member).id),
    reasons.withheld,
    reasons.withheld_until,
    coalesce((present.member).not_before > v_now, false),
    case
      when (present.member).start_timestamp is null then (
        select count(*)::integer
        from unnest(cell.overtaker_starts, cell.overtaker_places) as overtaker (start_timestamp, place)
        where overtaker.start_timestamp > (present.member).created_at
          and overtaker.place > coalesce((present.member).place, (present.member).id)
      )
    end,
    lead(cell.id) over line is not distinct from cell.id
  from (
    select
      asked.id,
      environments.buffer_time,
      environments.heartbeat_interval,
      environments.heartbeat_timeout,
      -- Most environments have neither freezes nor windows, and most deployments nothing of their own.
      exists (
        select from deploy_queue.freezes where freezes.environment = environments.environment and freezes.lifted_at is null
      ) or exists (
        select from deploy_queue.maintenance_windows as policy where policy.environment = environments.environment
      ) as has_policies,
      overtakers.starts as overtaker_starts,
      overtakers.places as overtaker_places
    from unnest(cell_ids) as asked (id)
    left join deploy_queue.cells on cells.id = asked.id
    join deploy_queue.environments on environments.environment = coalesce(cells.environment, candidate.environment)
    cross join lateral (
      -- Since when somebody waits. Whoever asks for one place does not ask who overtook.
      select min(queued.created_at) as since
      from deploy_queue.deployments as queued
      where queued.cell_id = asked.id
        and queued.start_timestamp is null
        and queued.finish_timestamp is null
        and queued.cancellation_timestamp is null
        and queued.hold is distinct from 'outside'
        and candidate is not distinct from null
    ) as waiting
    cross join lateral (
      -- Who started in the cell since then.
      select array_agg(started.start_timestamp) as starts, array_agg(coalesce(started.place, started.id)) as places
      from (
        -- Each part has an index of its own.
        select deployments.* from deploy_queue.deployments
        where deployments.cell_id = asked.id
          and deployments.start_timestamp is not null
          and deployments.finish_timestamp is null
          and deployments.cancellation_timestamp is null
        union all
        select deployments.* from deploy_queue.deployments
        where deployments.cell_id = asked.id and deployments.finish_timestamp > waiting.since
        union all
        select deployments.* from deploy_queue.deployments
        where deployments.cell_id = asked.id and deployments.cancellation_timestamp > waiting.since
      ) as started
      where started.start_timestamp > waiting.since
    ) as overtakers
    -- All this once a cell, not once a deployment.
    offset 0
  ) as cell
  cross join lateral (
    select deployments as member from deploy_queue.deployments
    where deployments.cell_id = cell.id
      and deployments.finish_timestamp > v_now - cell.buffer_time
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
  left join lateral (
    select known.avg_duration
    from deploy_queue.deployment_durations as known
    where known.cell_id = cell.id
      and known.component = (present.member).component
      and known.last_finish_timestamp > v_now - interval '3 months'
    -- Looked up one by one: nobody can estimate how many are in line.
    offset 0
  ) as usual on true
  cross join lateral (
    select jsonb_agg(to_jsonb(reason)) as withheld, max(coalesce(reason.until, 'infinity')) as withheld_until
    from deploy_queue._withheld(present.member) as reason
    where (present.member).start_timestamp is null
      and (cell.has_policies or (present.member).hold is not null or (present.member).not_before is not null
        or (present.member).not_after is not null)
  ) as reasons
  cross join lateral (
    select
      (present.member).start_timestamp is null as waits,
      -- Whom a freeze lets pass goes before those whom it holds.
      cell.has_policies and (present.member).start_timestamp is null and not deploy_queue._is_exception(present.member) as is_ordinary,
      case when (present.member).start_timestamp is null then - (present.member).priority end as rank,
      coalesce((present.member).place, (present.member).id) as number
  ) as stand
  window line as (order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number)
  order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number;
end;
$$;
