-- The error of whoever stages what is staged already; silent otherwise. Jobs that wait on hold may be two of a kind.
-- Called by the enqueue trigger, under the lock of the cell.
create or replace function deploy_queue._refuse_staged_twice(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first deploy_queue.deployments;
begin
  if candidate.hold is distinct from 'outside' or candidate.heartbeat_timestamp is not null then
    return;
  end if;

  select * into v_first
  from deploy_queue.deployments
  where deployments.cell_id = candidate.cell_id
    and deployments.start_timestamp is null
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and deployments.hold = 'outside'
    and deployments.heartbeat_timestamp is null
    and deployments.component = candidate.component
    and deployments.version is not distinct from candidate.version
    and deployments.command is not distinct from candidate.command
  limit 1;

  if found and v_first.idempotency_key is distinct from candidate.idempotency_key then
    raise exception using
      errcode = 'QD021',
      message = format('%s is staged already, since %s by %s', deploy_queue._label(v_first),
        date_trunc('second', v_first.created_at), v_first.entered_by),
      hint = format('"deploy-queue release %1$s" releases it, "deploy-queue purge %1$s" drops it.', v_first.id);
  end if;
end;
$$;
