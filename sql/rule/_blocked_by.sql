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
  v_idle_since timestamptz;
  v_reason deploy_queue.reason;
begin
  v_reason.kind := _blocked_by.kind;
  v_reason.until := _blocked_by.until;
  v_reason.deployment_id := blocker.id;
  v_reason.text := deploy_queue._label(blocker)
    || case when policy.slots > 1 and blocker.start_timestamp is not null then format(' in slot %s', concat_ws(' of ', blocker.slot, case when blocker.slot <= policy.slots then policy.slots end)) else '' end;

  case _blocked_by.kind
    when 'running', 'verifying' then
      v_reason.text := v_reason.text || case _blocked_by.kind
        when 'running' then ' is running' else ' is being verified since ' || date_trunc('second', blocker.verifying_since) end;
      -- What is kept ends by itself: to finish it from outside would let two in.
      if deploy_queue._unkept_since(blocker, null, deploy_queue._unkept_after_of(blocker, policy), policy.as_of) is not null then
        v_reason.text := v_reason.text || format(case _blocked_by.kind when 'running' then ' since' else ', and runs since' end || ' %s without a keeper: it never ends by itself; once its work has ended',
          date_trunc('second', blocker.start_timestamp));
        v_reason.cures := jsonb_build_array(
          deploy_queue._call('finish', 'deployment_id', v_id), deploy_queue._call('cancel', 'deployment_id', v_id)
        );
      end if;
    when 'stopping' then
      v_reason.text := v_reason.text || ' is being stopped by ' || coalesce(deploy_queue._stopped_by(blocker.id), 'an unknown role');
      if _blocked_by.until is not null then
        v_reason.text := v_reason.text || format('; its keeper has %s more to end it', date_trunc('second', _blocked_by.until - policy.as_of));
      else
        v_reason.text := v_reason.text || ', and holds the cell until its work has ended';
        v_reason.cures := jsonb_build_array(deploy_queue._call('cancel', 'deployment_id', v_id, 'force', 'true'));
      end if;
    when 'buffer' then
      v_reason.text := v_reason.text || ' finished and its buffer is not over';
      v_reason.cures := jsonb_build_array(case
        when policy.has_component_policies and exists (
          select from deploy_queue.component_policies as own
          where own.environment = candidate.environment and own.component = blocker.component and own.buffer_time is not null
        ) then deploy_queue._call('set_component', 'environment', candidate.environment, 'component', blocker.component, 'buffer_time', null)
        else deploy_queue._call('set_environment', 'environment', candidate.environment, 'buffer_time', null)
      end);
    else
      v_reason.text := concat(v_reason.text, ' is ahead in the line',
        ' with priority ' || nullif(blocker.priority, candidate.priority),
        case
          when blocker.reserved_until is not null
            then format(': its place is reserved until %s', date_trunc('second', blocker.reserved_until))
          when blocker.hold is not null then ', on hold until it is released'
        end);
      v_reason.cures := jsonb_build_array(deploy_queue._call('bump', 'deployment_id', candidate.id::text, 'reason', null));
      v_idle_since := deploy_queue._idle_since(blocker, policy.as_of);
      if v_idle_since is not null and blocker.joined_id is null and deploy_queue._may_start(blocker, true, policy) then
        v_reason.text := v_reason.text || format(', waiting for its owner to start it, idle for %s; nobody is listening',
          date_trunc('second', policy.as_of - v_idle_since));
        v_reason.cures := deploy_queue._call('cancel', 'deployment_id', v_id) || v_reason.cures;
      end if;
      if blocker.reserved_until is not null then
        v_reason.cures := v_reason.cures || deploy_queue._call('cancel', 'deployment_id', v_id);
      elsif blocker.hold is not null then
        v_reason.cures := deploy_queue._call('release', 'deployment_id', v_id) || v_reason.cures;
      end if;
  end case;

  if v_silent_since is not null then
    v_reason.text := v_reason.text || format('; its keeper has sent no heartbeat since %s, and it is reaped after %s unless one comes',
      date_trunc('second', v_silent_since),
      date_trunc('second', deploy_queue._lease_ends(blocker.heartbeat_timestamp, blocker.alive_until, deploy_queue._availability())));
  end if;
  return v_reason;
end;
$$;
