-- Whether a queued deployment stands ahead of another one of its cell and keeps it waiting, freezes aside.
-- Called by _wake_heads for deployments as they were; _blockers says the same in the words of an index.
create or replace function deploy_queue._precedes(ahead deploy_queue.deployments, behind deploy_queue.deployments)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (ahead.concurrency_key = behind.concurrency_key) is not true
    and (- ahead.priority, coalesce(ahead.place, ahead.id)) < (- behind.priority, coalesce(behind.place, behind.id))
    and ahead.hold is distinct from 'outside'
    and (ahead.not_before > deploy_queue._now()) is not true;
end;
$$;
