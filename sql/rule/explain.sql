-- Everything that keeps a deployment from starting, each with what would lift it; no row when it may start.
-- Called by "deploy-queue explain" and by people.
create or replace function deploy_queue.explain(deployment_id bigint)
returns table (kind text, text text, until timestamptz, blocker_id bigint, cure text)
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select reason.kind, reason.text, reason.until, reason.deployment_id, concat(silence.text, case reason.kind
    when 'hold' then format('"deploy-queue release %s" releases it', explain.deployment_id)
    when 'schedule' then 'starts by itself then; to start earlier, cancel it and enter the line anew'
    when 'expired' then 'is cancelled at the next look'
    when 'window' then '"deploy-queue list windows" shows when; an operator may add one'
    when 'freeze' then 'an operator may lift it with "deploy-queue thaw" and its number'
    when 'running' then format('ends with "deploy-queue finish %1$s" or "deploy-queue cancel deployment %1$s"', reason.deployment_id)
    when 'buffer' then 'ends by itself; "deploy-queue environment set --buffer-time" changes it for everybody'
    else format('goes first%s; an operator may let this one pass with "deploy-queue bump %s --reason ..."',
      (
        select format(' once "deploy-queue release %s" releases it', blocker.id)
        from deploy_queue.deployments as blocker
        where blocker.id = reason.deployment_id and blocker.hold is not null
      ), explain.deployment_id)
  end)
  from deploy_queue.waiting_on(explain.deployment_id) as reason
  left join lateral (
    select format('is reaped after %s unless it sends a heartbeat; ', date_trunc('second',
      deploy_queue._reaped_at(blocker.heartbeat_timestamp, environments.heartbeat_timeout))) as text
    from deploy_queue.deployments as blocker
    join deploy_queue.environments on environments.environment = blocker.environment
    where blocker.id = reason.deployment_id
      and blocker.finish_timestamp is null
      and blocker.heartbeat_timestamp < deploy_queue._now() - 2 * environments.heartbeat_interval
  ) as silence on true;
end;
$$;

comment on function deploy_queue.explain(bigint) is
  'Why this queued deployment cannot start yet: one row a reason, with the moment it ends when that is known, whose doing it is, and what would lift it.';
