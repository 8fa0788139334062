-- Enters the line with commands for the agents of a target, like any other deployment. While it waits, its target is its keeper: each agent of
-- it renews the lease.
-- Called by clients that have no process which waits.
create or replace function deploy_queue.submit(
  target text default null,
  directory text default null,
  commands text[] default null,
  commit_hash text default null,
  ref_name text default null,
  url text default null,
  note text default null,
  idempotency_key text default null,
  concurrency_key text default null,
  max_duration interval default null,
  priority integer default 0,
  not_before timestamptz default null,
  not_after timestamptz default null,
  confirmation text default null,
  command text[] default null,
  hold deploy_queue.hold default null
) returns table (target_name text, waiting_on jsonb, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_directory text := deploy_queue._plain_directory(submit.directory);
  v_commands text[] := coalesce(submit.commands, array[deploy_queue._shell_words(submit.command)]);
  v_target deploy_queue.targets;
  v_deployment deploy_queue.deployments;
begin
  perform deploy_queue._require_commands(v_commands);
  -- What was asked for before is the same work, wherever its target is by now.
  v_deployment := deploy_queue._submitted_before(submit.idempotency_key, submit.target, v_directory, v_commands, submit.commit_hash);
  if v_deployment.id is null then
    v_target := deploy_queue._find_target(submit.target, v_directory, submit.ref_name);
    perform deploy_queue._require_scope_of_session(to_jsonb(v_target) - 'target');
    v_deployment := deploy_queue.enqueue(
      v_target.environment, v_target.cloud_provider, v_target.region, v_target.cell_index, v_target.component,
      version => nullif(btrim(submit.commit_hash), ''), url => submit.url, note => submit.note, concurrency_key => submit.concurrency_key,
      heartbeat => submit.hold is null, idempotency_key => submit.idempotency_key, max_duration => submit.max_duration,
      priority => submit.priority, hold => submit.hold, not_before => submit.not_before, not_after => submit.not_after,
      command => submit.command, keeper => 'target ' || v_target.target, confirmation => submit.confirmation
    );
    -- A rejection is the record of it, and has nothing to be done.
    if v_deployment.cancellation_timestamp is null then
      insert into deploy_queue.work (deployment_id, target, directory, commands, commit_hash, ref_name)
      values (v_deployment.id, v_target.target, v_directory, v_commands, submit.commit_hash, submit.ref_name)
      on conflict do nothing;
      if not found then
        -- Another session has submitted with this key meanwhile, maybe other work.
        perform deploy_queue._submitted_before(submit.idempotency_key, submit.target, v_directory, v_commands, submit.commit_hash);
      end if;
      perform deploy_queue._tell_agents(v_target.target);
    end if;
  end if;
  return query select (select work.target from deploy_queue.work where work.deployment_id = v_deployment.id), case
    when v_deployment.start_timestamp is null and v_deployment.cancellation_timestamp is null
      then to_jsonb(deploy_queue._waiting_on(v_deployment, 10) || deploy_queue._missing_agent(v_deployment))
    else '[]'
  end, v_deployment;
end;
$$;

comment on function deploy_queue.submit(
  text, text, text[], text, text, text, text, text, text, interval, integer, timestamptz, timestamptz, text, text[], deploy_queue.hold
) is
  'Enters the line with commands that an agent of a target runs when it is its turn. target: its name; or directory: the target is the one that has registered it, or the longest path above it. directory: where the commands run; null is where the target says. commands: each a text for a shell; or command: a program and its arguments. commit_hash: the version. ref_name: the branch or tag, which the target must take. hold: it is staged until release(). The others are as for enqueue(). Returns the target, what the deployment waits for, and its row; one that its confirmation does not fit is rejected, and its cancellation_note says so.';
