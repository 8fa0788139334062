-- Appends what the work of a deployment has printed. The writer numbers the chunks, and what is there already is passed over, so that a
-- call whose answer was lost may be repeated. It locks no row of the deployment, and may come after its end.
-- Called by keepers, once a second at most.
create or replace function deploy_queue.append_log(deployment_id bigint, keeper text, first_position bigint, chunks jsonb) returns bigint
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_deployment deploy_queue.deployments := deploy_queue._deployment(append_log.deployment_id);
  v_size bigint;
  v_next bigint;
begin
  perform deploy_queue._require_right_to(append_log.deployment_id);
  if v_deployment.keeper <> append_log.keeper then
    perform deploy_queue._refuse_other_keeper(v_deployment);
  end if;
  select logged.size_so_far into v_size
  from deploy_queue.deployment_logs as logged
  where logged.deployment_id = v_deployment.id and logged.position < append_log.first_position
  order by logged.position desc
  limit 1;

  insert into deploy_queue.deployment_logs (deployment_id, position, logged_at, stream, content, size_so_far)
  select v_deployment.id, append_log.first_position + chunk.number - 1,
    v_now - make_interval(secs => coalesce((chunk.value ->> 'age')::float8, 0)),
    chunk.value ->> 'stream', chunk.value ->> 'content',
    coalesce(v_size, 0) + sum(octet_length(chunk.value ->> 'content')) over (order by chunk.number)
  from jsonb_array_elements(append_log.chunks) with ordinality as chunk (value, number)
  order by chunk.number
  on conflict do nothing;

  select logged.position + 1, logged.size_so_far into v_next, v_size
  from deploy_queue.deployment_logs as logged
  where logged.deployment_id = v_deployment.id
  order by logged.position desc
  limit 1;
  perform deploy_queue._refuse_full_log(v_deployment, v_size);
  perform deploy_queue._notify('deploy_queue_log_' || v_deployment.id);
  return coalesce(v_next, 1);
end;
$$;

comment on function deploy_queue.append_log(bigint, text, bigint, jsonb) is
  'Appends to the log of a deployment. keeper: as it was given to enqueue() or try_start(); refused once another keeper has taken over. first_position: of the first chunk, from 1 on. chunks: an array of objects with stream (stdout, stderr or note), content (1 to 65,536 bytes of text) and age, how many seconds ago it was printed. What is there already is passed over, so that the call may be repeated. Returns the position after the last one. Refused when the log has log_limit and 64 KiB for notes.';
