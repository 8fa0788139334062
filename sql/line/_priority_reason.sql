-- Who moved a queued deployment forward and why, as "ann: sev 1"; null when it entered the line with its priority.
-- Called by _blocker, for the waiters that it overtakes.
create or replace function deploy_queue._priority_reason(deployment_id bigint) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select concat_ws(': ', event.actor, event.detail ->> 'why')
    from deploy_queue.deployment_events as event
    where event.deployment_id = _priority_reason.deployment_id and event.kind = 'prioritized'
    order by event.id desc
    limit 1
  );
end;
$$;
