-- Whether a queued deployment stands ahead of another one of its cell and keeps it waiting, freezes aside. One without an id comes last.
-- Called by _blockers and, for deployments as they were, by _wake_heads. Without a search_path of its own, PostgreSQL writes the body
-- into the caller, and an index of queued deployments serves it.
create or replace function deploy_queue._precedes(
  ahead deploy_queue.deployments,
  behind deploy_queue.deployments,
  now timestamptz
) returns boolean
language sql stable
as $$
  select (- ahead.priority, coalesce(ahead.place, ahead.id))
      < (- behind.priority, coalesce(behind.place, behind.id, 9223372036854775807))
    and (ahead.concurrency_key = behind.concurrency_key) is not true
    -- A deployment that is on hold outside the line, not to start yet, or whose reservation is over or yields lets others pass.
    and ahead.hold is distinct from 'outside'
    and (ahead.not_before > now) is not true
    and (ahead.reserved_until is null or (
      ahead.reserved_until > now
      and not (behind.reserved_until is null and behind.component = ahead.component and deploy_queue._yields(ahead))
    ));
$$;
