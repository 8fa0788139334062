-- What waiters are told of a deployment ahead of them, until it and its buffer are over (infinity: unknown). Called by _line, for
-- every deployment of a line: without a search_path of its own, PostgreSQL writes the body into the caller instead of calling it.
-- The fields stand in the order in which jsonb stores keys, since sorting them would take a quarter of the time.
create or replace function deploy_queue._blocker(
  deployment deploy_queue.deployments,
  policy deploy_queue.policies,
  avg_duration interval,
  until timestamptz,
  idle_since timestamptz default null
) returns jsonb
language sql stable
as $$
  select to_jsonb(row(
    deployment.url,
    deployment.hold,
    case
      when deployment.start_timestamp is null then 'queued'
      when deployment.finish_timestamp is null then deploy_queue._holder_kind(deployment)
      else 'buffer'
    end,
    deployment.note,
    case when policy.slots > 1 and deployment.start_timestamp is not null then deployment.slot end,
    deployment.actor,
    coalesce(
      deployment.finish_timestamp, deployment.stop_timestamp, deployment.verifying_since, deployment.start_timestamp, deployment.created_at
    ),
    nullif(until, 'infinity'),
    deployment.version,
    deployment.priority,
    deployment.sequence,
    deployment.component,
    case
      when deployment.heartbeat_timestamp is not null and deployment.finish_timestamp is null
        and deploy_queue._silent_since(deployment.heartbeat_timestamp, policy) is not null
      then deploy_queue._lease_ends(deployment.heartbeat_timestamp, deployment.alive_until, deploy_queue._availability())
    end,
    idle_since,
    case
      when deployment.stop_timestamp is not null and deployment.finish_timestamp is null
      then deploy_queue._stopped_by(deployment.id)
    end,
    case
      when deployment.heartbeat_timestamp is not null and deployment.finish_timestamp is null
      then deploy_queue._silent_since(deployment.heartbeat_timestamp, policy)
    end,
    case
      when deployment.start_timestamp is not null and deployment.finish_timestamp is null and deployment.alive_until is null
      then deploy_queue._unkept_since(deployment, avg_duration, deploy_queue._unkept_after_of(deployment, policy), policy.as_of)
    end,
    deployment.id,
    extract(epoch from avg_duration),
    deployment.reserved_until,
    case
      when deployment.start_timestamp is null and deployment.priority <> 0 then deploy_queue._priority_reason(deployment.id)
    end
  )::deploy_queue.blocker);
$$;
