-- A deployment that has started and that its keeper asks for again, with its lease renewed: the first answer may have been lost, and the
-- keeper counts its lease from the call that is answered.
-- Called by take_work and _keep_or_leave.
create or replace function deploy_queue._renewed(deployment deploy_queue.deployments, first_beat_within interval)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_renewed deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set kept = true,
    heartbeat_timestamp = v_now,
    alive_until = v_now + least(demands.heartbeat_timeout, _renewed.first_beat_within)
  from deploy_queue._demands((_renewed.deployment).environment, (_renewed.deployment).component) as demands
  where deployments.id = (_renewed.deployment).id
    -- A shorter lease than that of its first heartbeat is none for it.
    and deployments.alive_until < v_now + least(demands.heartbeat_timeout, _renewed.first_beat_within)
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
  returning deployments.* into v_renewed;
  return case when found then v_renewed else _renewed.deployment end;
end;
$$;
