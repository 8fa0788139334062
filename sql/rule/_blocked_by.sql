-- What _blockers found, in words and with its cures.
-- Called by _waiting_on.
create or replace function deploy_queue._blocked_by(
  candidate deploy_queue.deployments,
  policy deploy_queue.policies,
  kind text,
  until timestamptz,
  blocker deploy_queue.deployments
) returns deploy_queue.reason
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id text := blocker.id;
  v_silent_since timestamptz := deploy_queue._silent_since(
    case when blocker.finish_timestamp is null then blocker.heartbeat_timestamp end, policy
  );
  v_reason deploy_queue.reason;
begin
  v_reason.kind := _blocked_by.kind;
  v_reason.until := _blocked_by.until;
  v_reason.deployment_id := blocker.id;
  v_reason.text := deploy_queue._label(blocker);

  case _blocked_by.kind
    when 'running' then
      v_reason.text := v_reason.text || ' is running';
      if blocker.alive_until is null and blocker.start_timestamp < policy.as_of - policy.unkept_after then
        v_reason.text := v_reason.text || format(' since %s without a keeper: it never ends by itself',
          date_trunc('second', blocker.start_timestamp));
      end if;
      v_reason.cures := jsonb_build_array(
        deploy_queue._call('finish', 'deployment_id', v_id), deploy_queue._call('cancel', 'deployment_id', v_id)
      );
    when 'stopping' then
      v_reason.text := concat(v_reason.text, ' is being stopped by ', (
          select event.actor from deploy_queue.deployment_events as event
          where event.deployment_id = blocker.id and event.kind = 'stopping'
        ), case
          when _blocked_by.until is null then ', and holds the cell until its work has ended'
          else format(', at most %s more', greatest(date_trunc('second', _blocked_by.until - policy.as_of), interval '0'))
        end);
      v_reason.cures := jsonb_build_array(deploy_queue._call('cancel', 'deployment_id', v_id, 'force', 'true'));
    when 'buffer' then
      v_reason.text := v_reason.text || ' finished and its buffer is not over';
      v_reason.cures := jsonb_build_array(
        deploy_queue._call('set_environment', 'environment', candidate.environment, 'buffer_time', null)
      );
    else
      v_reason.text := concat(v_reason.text, ' is ahead in the line',
        ' with priority ' || nullif(blocker.priority, candidate.priority),
        case when blocker.hold is not null then ', on hold until it is released' end);
      v_reason.cures := jsonb_build_array(deploy_queue._call('bump', 'deployment_id', candidate.id::text, 'reason', null));
      if blocker.hold is not null then
        v_reason.cures := deploy_queue._call('release', 'deployment_id', v_id) || v_reason.cures;
      end if;
  end case;

  if v_silent_since is not null then
    v_reason.text := v_reason.text || format(', without a heartbeat since %s: reaped after %s unless it sends one',
      date_trunc('second', v_silent_since),
      date_trunc('second', deploy_queue._lease_ends(blocker.heartbeat_timestamp, blocker.alive_until, deploy_queue._up_since())));
  end if;
  return v_reason;
end;
$$;
