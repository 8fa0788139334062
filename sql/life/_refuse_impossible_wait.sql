-- Refuses terms of a wait that cannot be, and to stage what is staged already.
-- Called by the enqueue trigger, under the lock of the cell.
create or replace function deploy_queue._refuse_impossible_wait(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_broken text := case
    when candidate.joined_id is not null and num_nonnulls(candidate.hold, candidate.not_before, candidate.not_after) > 0
      then 'what_joins_its_parent_waits_for_nothing'
    when candidate.hold is not null and candidate.start_timestamp is not null then 'hold_must_be_null_for_what_has_started'
    when candidate.not_after <= candidate.not_before then 'not_after_must_be_later_than_not_before'
    when candidate.not_after <= candidate.created_at then 'not_after_must_lie_in_the_future'
    when not (cardinality(candidate.command) > 0
        and array_ndims(candidate.command) = 1
        and candidate.command[array_lower(candidate.command, 1)] <> '')
      then 'command_must_name_a_program'
    -- The person who releases it must see the very command that will run.
    when exists (
      select
      from unnest(candidate.command) as word
      where deploy_queue._is_printable(word) is not true
        -- Characters without a shape: what a person reads would not be what runs.
        or word ~ '[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]'
    ) then 'command_must_have_printable_words_only'
  end;
  v_first deploy_queue.deployments;
begin
  if v_broken is not null then
    -- The same error as that of a CHECK.
    raise check_violation using constraint = v_broken, message = replace(v_broken, '_', ' ');
  end if;

  -- Jobs that wait on hold may be two of a kind: each goes on by itself.
  if candidate.hold is distinct from 'outside' or candidate.heartbeat_timestamp is not null then
    return;
  end if;

  select (staged.deployment).* into v_first
  from deploy_queue._queued as staged
  where staged.cell_id = candidate.cell_id
    and staged.hold = 'outside'
    and staged.heartbeat_timestamp is null
    and staged.component = candidate.component
    and staged.version is not distinct from candidate.version
    and staged.command is not distinct from candidate.command
    -- One that came too late does not count: it is to be reaped.
    and (staged.not_after <= deploy_queue._now()) is not true
  limit 1;

  if found and (v_first.idempotency_key = candidate.idempotency_key) is not true then
    raise exception using
      errcode = 'QD021',
      message = format('%s is staged already, since %s by %s', deploy_queue._label(v_first),
        date_trunc('second', v_first.created_at), v_first.entered_by),
      hint = format('deploy_queue.release(%1$s) releases it, deploy_queue.purge(%1$s) drops it.', v_first.id);
  end if;
end;
$$;
