-- Says what an agent serves, and that it is there. A target belongs to the principal that has registered it, until none of its agents names it
-- any more or has been seen for a day; another one may take it over before.
-- Called by agents, when they start and once a minute.
create or replace function deploy_queue.register_targets(agent text, targets jsonb, instance text default null) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
  v_owner text := deploy_queue._principal();
  v_id integer;
  v_given record;
  v_hint text;
begin
  if jsonb_typeof(register_targets.targets) is distinct from 'array'
    or exists (select from jsonb_array_elements(register_targets.targets) as given where jsonb_typeof(given) <> 'object')
  then
    raise exception using errcode = 'QD073', message = 'targets must be an array of objects';
  end if;
  perform deploy_queue._require_name('agent', btrim(register_targets.agent), null);
  -- One after the other: what one registers must not be removed by another one that does not see it yet.
  lock table deploy_queue.targets in share row exclusive mode;
  delete from deploy_queue.agents where agents.seen_at < v_now - interval '1 day';
  v_id := deploy_queue._register_agent(btrim(register_targets.agent), v_owner, register_targets.instance);
  delete from deploy_queue.agent_targets
  where agent_targets.agent_id = v_id
    and agent_targets.target not in (select btrim(named.target) from jsonb_to_recordset(register_targets.targets) as named (target text));
  delete from deploy_queue.targets
  where not exists (select from deploy_queue.agent_targets where agent_targets.target = targets.target);

  for v_given in
    select btrim(given.target) as target, btrim(given.environment) as environment, btrim(given.cloud_provider) as cloud_provider,
      btrim(given.region) as region, given.cell_index, btrim(given.component) as component,
      array(select deploy_queue._plain_directory(directory) from unnest(given.directories) as directory) as directories,
      coalesce(given.refs, '{}') as refs
    from jsonb_to_recordset(register_targets.targets) as given (
      target text, environment text, cloud_provider text, region text, cell_index integer, component text, directories text[], refs text[]
    )
  loop
    perform deploy_queue._require_name('target', v_given.target, null);
    perform deploy_queue._require_environment(v_given.environment);
    begin
      perform deploy_queue._require_right(v_given.environment);
      perform deploy_queue._require_scope_of_session(to_jsonb(v_given));
    exception
      -- Of all targets in the file of an agent, the one that is meant.
      when sqlstate 'QD020' or sqlstate 'QD072' then
        get stacked diagnostics v_hint = pg_exception_hint;
        raise exception using errcode = sqlstate, message = format('target %s: %s', v_given.target, sqlerrm), hint = v_hint;
    end;
    perform deploy_queue._register_target(v_id, v_owner, v_given.target, to_jsonb(v_given) - 'target');
  end loop;
  return v_id;
end;
$$;

comment on function deploy_queue.register_targets(text, jsonb, text) is
  'Says what an agent serves, and that it is there; to be repeated once a minute. targets: an array of objects with target (its name), environment, cloud_provider, region, cell_index, component, directories and refs (patterns in which * stands for any characters; none: all refs). What is left out is served no more. Where two agents contradict each other, the newest change counts. instance: drawn by the process that calls; a process that had the name before is refused from then on (QD127). Returns the number of the agent: the channel deploy_queue_agent_<number> tells it when to call take_work().';
