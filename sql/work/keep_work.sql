-- Renews the leases of all that waits for the targets of an agent, in one statement, and does what waiters do with a look: it reaps the dead of
-- the cells of its targets, and cancels what is not to run any more.
-- Called by agents, as often as this says.
create or replace function deploy_queue.keep_work(agent text) returns interval
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent deploy_queue.agents := deploy_queue._agent(keep_work.agent);
  v_waiting bigint[] := array(select waiting.id from deploy_queue._waiting_work(v_agent.id) as waiting);
  -- What another session has locked must not hold up the others; it is not reaped meanwhile.
  v_locked bigint[] := array(
    select deployments.id from deploy_queue.deployments
    where deployments.id = any (v_waiting) and deployments.start_timestamp is null and deployments.cancellation_timestamp is null
    for no key update skip locked
  );
  v_cells integer[] := array(
    select cells.id
    from deploy_queue.agent_targets
    join deploy_queue.targets using (target)
    join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
    where agent_targets.agent_id = v_agent.id and deploy_queue._may_change(targets.environment)
  );
  v_cell record;
  v_again interval;
  v_dead_at timestamptz;
begin
  v_again := (select min(beat.beat_again_in) from deploy_queue._beat(v_locked, null) as beat);
  for v_cell in
    select distinct queued.environment, queued.cell_id from deploy_queue._queued as queued where queued.id = any (v_locked) order by 2
  loop
    if (deploy_queue._policy(v_cell.environment, v_cell.cell_id)).drops then
      perform deploy_queue._cancel_obsolete(array(
        select queued.id from deploy_queue._queued as queued where queued.id = any (v_locked) and queued.cell_id = v_cell.cell_id
      ));
    end if;
  end loop;
  perform deploy_queue._reap(array(
    select live.id
    from deploy_queue._live_deployments as live
    where live.cell_id = any (v_cells)
      and (live.alive_until is not null or live.start_timestamp is not null or live.not_after is not null)
  ));
  v_dead_at := (
    select min(ends.moment)
    from deploy_queue._running as running
    cross join (select deploy_queue._availability() as moments offset 0) as server
    cross join lateral deploy_queue._lease_ends(running.heartbeat_timestamp, running.alive_until, server.moments) as ends (moment)
    where running.cell_id = any (v_cells) and ends.moment > deploy_queue._now()
  );
  return least(v_again, v_dead_at - deploy_queue._now(), case when cardinality(v_locked) < cardinality(v_waiting) then interval '1 second' end, interval '1 minute');
end;
$$;

comment on function deploy_queue.keep_work(text) is
  'Renews the leases of all deployments that wait for the targets of this agent, and says that it is there. Returns after how long to call it again, a minute at most.';
