-- What keeps a deployment from starting whoever else is in its cell: a hold, its own schedule, the windows of its
-- environment, freezes. Called by the rule and the prediction. A new rule of this sort is a new branch.
create or replace function deploy_queue._withheld(candidate deploy_queue.deployments) returns setof deploy_queue.reason
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  if candidate.hold is not null then
    return query
    select 'hold', 'it is on hold until somebody releases it', null::timestamptz, null::bigint;
  end if;

  if candidate.not_before > v_now then
    return query
    select 'schedule', 'it is not to start yet', candidate.not_before, null::bigint;
  end if;

  if candidate.not_after <= v_now then
    return query
    select 'expired', format('it was to start before %s', date_trunc('second', candidate.not_after)), null::timestamptz,
      null::bigint;
  end if;

  if exists (select from deploy_queue.maintenance_windows where maintenance_windows.environment = candidate.environment) then
    return query
    select 'window', format('no maintenance window of %s is open', candidate.environment),
      min(opening.opens) filter (where opening.opens > v_now), null::bigint
    from deploy_queue._openings(candidate.environment) as opening
    having bool_or(v_now >= opening.opens and v_now < opening.closes) is not true;
  end if;

  if exists (
    select from deploy_queue.freezes where freezes.environment = candidate.environment and freezes.lifted_at is null
  ) then
    return query
    select 'freeze', format('%s is frozen by %s (freeze %s): %s', deploy_queue._freeze_label(placed), placed.owner,
      placed.id, placed.reason), placed.expires_at, null::bigint
    from deploy_queue._freezes_over(candidate) as placed
    where not deploy_queue._passes(candidate, placed);
  end if;
end;
$$;
