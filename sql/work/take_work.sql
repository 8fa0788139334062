-- Starts the next deployment that waits for the targets of an agent, if one may start, and makes the caller its keeper.
-- Called by agents: when they are told, and when time alone may have changed something.
create or replace function deploy_queue.take_work(
  agent text,
  keeper text,
  stop_grace interval default null,
  first_beat_within interval default interval '1 minute'
) returns table (
  look_again_in interval,
  target text,
  directory text,
  commands text[],
  commit_hash text,
  ref_name text,
  deployment deploy_queue.deployments
)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_agent deploy_queue.agents := deploy_queue._agent(take_work.agent);
  v_head deploy_queue.deployments;
  v_taken deploy_queue.deployments;
  v_reasons deploy_queue.reason[];
  v_moment timestamptz;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    perform deploy_queue._refuse_isolation();
  end if;
  if take_work.keeper ~ '\S' is not true then
    raise exception using errcode = 'QD073', message = 'take_work needs keeper';
  end if;

  -- The answer may have been lost.
  select * into v_taken from deploy_queue._taken(v_agent.id, take_work.keeper);
  if found then
    perform deploy_queue._renewed(v_taken, take_work.first_beat_within);
    -- It may have ended while its row was waited for.
    select * into v_taken from deploy_queue._taken(v_agent.id, take_work.keeper);
  end if;
  if v_taken.id is null then
    for v_head in select * from deploy_queue._takeable(v_agent.id) loop
      if v_head.start_timestamp is null and not deploy_queue._may_start(v_head, true) then
        v_reasons := deploy_queue._waiting_on(v_head, 10);
        if exists (select from unnest(v_reasons) as reason where reason.kind in ('superseded', 'outdated', 'withdrawn')) then
          -- It stands before one that may start, and is cancelled by its next look, as a waiter's is.
          perform deploy_queue._cancel_obsolete(array[v_head.id]);
          v_moment := deploy_queue._now();
          exit;
        end if;
        v_moment := least(v_moment, deploy_queue._next_moment(v_head, v_reasons));
        continue;
      end if;
      v_taken := deploy_queue._begin_work(v_head, v_agent, take_work.keeper, take_work.stop_grace, take_work.first_beat_within);
      -- Not another one in the same transaction: rows are locked before cells. What has changed meanwhile is seen by the next call.
      v_moment := case when v_taken.id is null then deploy_queue._now() end;
      exit;
    end loop;
  end if;

  if v_taken.id is null then
    look_again_in := case when v_moment is not null then greatest(v_moment - deploy_queue._now(), interval '0') end;
    return next;
    return;
  end if;
  select work.target, work.directory, work.commands, work.commit_hash, work.ref_name into target, directory, commands, commit_hash, ref_name
  from deploy_queue.work
  where work.deployment_id = v_taken.id;
  deployment := v_taken;
  return next;
end;
$$;

comment on function deploy_queue.take_work(text, text, interval, interval) is
  'Starts the next deployment that waits for the targets of this agent. Returns one row: the target, the directory (null: where the target says), the commands, and the deployment; all null when none may start, and in look_again_in after how long time alone may change that (null: not known). keeper: a name that the caller draws for each deployment; asking again with it after a lost answer gives the same deployment. stop_grace: within how long it ends the work when it is asked to stop. first_beat_within: the lease until the first heartbeat.';
