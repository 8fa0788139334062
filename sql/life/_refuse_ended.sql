-- Refuses any transition of an ended deployment.
-- Called by try_start and the guard.
create or replace function deploy_queue._refuse_ended(deployment deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who text;
begin
  if deployment.cancellation_kind in ('superseded', 'outdated') then
    -- No person has decided it.
    raise exception using
      errcode = 'QD005',
      message = format('%s was cancelled: %s', deploy_queue._label(deployment), deployment.cancellation_note),
      hint = 'It never changes again.';
  end if;

  if deployment.cancellation_timestamp is not null then
    -- The note of a reaped one says who reaped it.
    select ' by ' || events.actor into v_who
    from deploy_queue.deployment_events as events
    where events.deployment_id = deployment.id and events.kind in ('stopping', 'cancelled', 'failed', 'rejected')
    -- Its keeper confirmed what another asked for.
    order by events.id
    limit 1;
    raise exception using
      errcode = 'QD005',
      message = format('%s %s at %s%s%s', deploy_queue._label(deployment),
        case deployment.cancellation_kind when 'failed' then 'failed' when 'rejected' then 'was rejected' else 'was cancelled' end,
        date_trunc('second', deployment.cancellation_timestamp), v_who, ': ' || deployment.cancellation_note),
      hint = 'It never changes again; enter the line with a new one.';
  end if;

  raise exception using
    errcode = 'QD006',
    message = format('%s finished at %s', deploy_queue._label(deployment), date_trunc('second', deployment.finish_timestamp)),
    hint = 'A finished deployment never changes again.';
end;
$$;
