-- What waiters are told of a deployment ahead of them, until it and its buffer are over (infinity: unknown). Called by _line. The fields stand in the order in which jsonb stores keys, since sorting them would take a quarter of the time.
create or replace function deploy_queue._blocker(
  deployment deploy_queue.deployments,
  policy deploy_queue.policies,
  avg_duration interval,
  until timestamptz
) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_silent_since timestamptz;
begin
  if deployment.heartbeat_timestamp is not null and deployment.finish_timestamp is null then
    v_silent_since := deploy_queue._silent_since(deployment.heartbeat_timestamp, policy);
  end if;
  return to_jsonb(row(
    deployment.url,
    deployment.hold,
    case
      when deployment.start_timestamp is null then 'queued'
      when deployment.finish_timestamp is null then 'running'
      else 'buffer'
    end,
    deployment.note,
    coalesce(deployment.finish_timestamp, deployment.start_timestamp, deployment.created_at),
    nullif(_blocker.until, 'infinity'),
    deployment.version,
    deployment.priority,
    deployment.component,
    case when v_silent_since is not null then deploy_queue._reaped_at(v_silent_since, policy.heartbeat_timeout) end,
    v_silent_since,
    deployment.id,
    extract(epoch from _blocker.avg_duration),
    case
      when deployment.start_timestamp is null and deployment.priority <> 0 then deploy_queue._priority_reason(deployment.id)
    end
  )::deploy_queue.blocker);
end;
$$;
