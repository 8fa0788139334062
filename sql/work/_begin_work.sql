-- Starts a deployment for an agent, which keeps it from then on. No row: another agent has it, it has ended, or it was asked to stop.
-- Called by take_work.
create or replace function deploy_queue._begin_work(
  head deploy_queue.deployments,
  agent deploy_queue.agents,
  keeper text,
  stop_grace interval,
  first_beat_within interval
) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_taken deploy_queue.deployments;
begin
  -- Before the lock of the cell: a transaction that has polled the work may stay open.
  perform from deploy_queue.work where work.deployment_id = head.id for no key update;
  -- The guard decides, as for every client. Of two agents, the second finds another keeper.
  update deploy_queue.deployments
  set start_timestamp = coalesce(deployments.start_timestamp, 'infinity'),
    heartbeat_timestamp = deploy_queue._now(),
    alive_until = deploy_queue._now() + least(
      deploy_queue._lease(deployments.environment, deployments.component), _begin_work.first_beat_within
    ),
    keeper = _begin_work.keeper,
    stop_grace = _begin_work.stop_grace
  where deployments.id = head.id
    and deployments.keeper is not distinct from head.keeper
    and deployments.stop_timestamp is null
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
  returning * into v_taken;
  if found then
    update deploy_queue.work
    set agent = _begin_work.agent.agent, taken_by = _begin_work.agent.owner, taken_at = deploy_queue._now()
    where work.deployment_id = head.id;
  end if;
  return v_taken;
end;
$$;
