-- How far submitted work is, and what has been printed since the last call: each chunk is given out once, whoever calls and through whichever
-- server. What ended it, if not itself, comes as its last line.
-- Called by who can only poll, over HTTP.
create or replace function deploy_queue.poll_work(deployment_id bigint) returns table (status text, logs text)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_work deploy_queue.work;
  v_deployment deploy_queue.deployments;
  v_last bigint;
begin
  perform deploy_queue._require_right_to(poll_work.deployment_id);
  -- Of two callers, the second begins where the first has ended.
  select * into v_work from deploy_queue.work where work.deployment_id = poll_work.deployment_id for no key update;
  if not found then
    status := 'not_found';
    return next;
    return;
  end if;
  -- Before the log: what is written before the end is read with it.
  v_deployment := deploy_queue._deployment(v_work.deployment_id);
  status := case
    when v_deployment.finish_timestamp is not null then 'complete'
    when v_deployment.cancellation_timestamp is not null then 'failed'
    when v_deployment.start_timestamp is not null then 'running'
    else 'queued'
  end;
  select coalesce(string_agg(logged.content, '' order by logged.position), ''), max(logged.position) into logs, v_last
  from deploy_queue.deployment_logs as logged
  where logged.deployment_id = v_work.deployment_id and logged.position > v_work.drained_to;

  if status = 'failed' and not v_work.told_end and not exists (
    -- The keeper has noted it in the log already.
    select from deploy_queue.deployment_logs as logged
    where logged.deployment_id = v_work.deployment_id and logged.stream = 'note'
      and position(format(E'\n%s\n', v_deployment.cancellation_note) in E'\n' || logged.content) > 0
  ) then
    logs := logs || format(E'%s: %s\n', deploy_queue._label(v_deployment), coalesce(v_deployment.cancellation_note, 'no reason was given'));
  end if;
  if logs <> '' then
    update deploy_queue.work
    set drained_to = coalesce(v_last, v_work.drained_to), told_end = v_work.told_end or status = 'failed'
    where work.deployment_id = v_work.deployment_id;
  end if;
  return next;
end;
$$;

comment on function deploy_queue.poll_work(bigint) is
  'How far submitted work is: queued, running, complete, failed or not_found; and in logs what it has printed since the last call, whoever made that: each piece is given out once.';
