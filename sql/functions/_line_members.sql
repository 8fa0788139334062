-- Who is in the line of a cell, in its order: those who occupy the cell, then those who wait, and what withholds these.
-- Called by _line.
create or replace function deploy_queue._line_members(
  cell_id integer,
  candidate deploy_queue.deployments,
  buffer_time interval
)
returns table (
  member deploy_queue.deployments,
  avg_duration interval,
  exclusion_key text,
  withheld jsonb,
  withheld_until timestamptz,
  stands_aside boolean
)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
  -- Most environments have neither freezes nor windows, and most deployments nothing of their own.
  v_policies boolean := exists (
    select
    from deploy_queue.cells
    where cells.id = _line_members.cell_id
      and (
        exists (select from deploy_queue.freezes where freezes.environment = cells.environment and freezes.lifted_at is null)
        or exists (select from deploy_queue.maintenance_windows as policy where policy.environment = cells.environment)
      )
  );
begin
  return query
  select
    present.member,
    usual.avg_duration,
    coalesce('key ' || (present.member).concurrency_key, 'id ' || (present.member).id),
    reasons.withheld,
    reasons.withheld_until,
    coalesce((present.member).not_before > v_now, false)
  from (
    select deployments as member from deploy_queue.deployments
    where deployments.cell_id = _line_members.cell_id
      and deployments.finish_timestamp > v_now - _line_members.buffer_time
    union all
    select deployments from deploy_queue.deployments
    where deployments.cell_id = _line_members.cell_id
      and deployments.start_timestamp is not null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    union all
    select deployments from deploy_queue.deployments
    where deployments.cell_id = _line_members.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
      and deployments.hold is distinct from 'outside'
    union all
    select candidate where candidate is distinct from null
  ) as present
  left join deploy_queue.deployment_durations as usual
    on usual.cell_id = _line_members.cell_id
    and usual.component = (present.member).component
    and usual.last_finish_timestamp > v_now - interval '3 months'
  cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(reason)), '[]') as withheld, max(coalesce(reason.until, 'infinity')) as withheld_until
    from deploy_queue._withheld(present.member) as reason
    where (present.member).start_timestamp is null
      and (v_policies or (present.member).hold is not null or (present.member).not_before is not null
        or (present.member).not_after is not null)
  ) as reasons
  order by
    (present.member).start_timestamp is null,
    -- Whom a freeze lets pass goes before those whom it holds.
    v_policies and (present.member).start_timestamp is null and not deploy_queue._is_exception(present.member),
    case when (present.member).start_timestamp is null then - (present.member).priority end,
    coalesce((present.member).place, (present.member).id);
end;
$$;
