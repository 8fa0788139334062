-- Whether a queued deployment with another key stands ahead of another one, and is not held outside or to start later.
-- Called by the wake-ups; the rule says the same in a form that the index serves.
create or replace function deploy_queue._is_ahead(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (one.concurrency_key = other.concurrency_key) is not true
    and (- one.priority, coalesce(one.place, one.id)) < (- other.priority, coalesce(other.place, other.id))
    and one.hold is distinct from 'outside'
    and (one.not_before > deploy_queue._now()) is not true;
end;
$$;
